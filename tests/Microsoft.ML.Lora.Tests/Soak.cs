namespace Microsoft.ML.Lora.Tests;

/// <summary>How much the long tests do: a share of it in an ordinary run, all of it where the environment variable MLNETLORA_SOAK is 1.</summary>
internal static class Soak
{
    /// <summary>Whether all of it is asked for.</summary>
    public static bool Full { get; } = Environment.GetEnvironmentVariable("MLNETLORA_SOAK") == "1";

    /// <summary>The count that is asked for.</summary>
    public static int Count(int ordinary, int full) => Full ? full : ordinary;
}
