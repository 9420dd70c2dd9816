namespace Microsoft.ML.Lora;

/// <summary>A failure that may pass; where it does not, its inner exception is what the user gets.</summary>
/// <param name="final">The exception for the user.</param>
/// <param name="mostRetries">How many repetitions are worth while.</param>
/// <param name="retryAfter">The wait that the server asks for.</param>
internal sealed class HubTransientException(Exception final, int mostRetries = int.MaxValue, TimeSpan? retryAfter = null)
    : Exception(final.Message, final)
{
    /// <summary>How many repetitions are worth while.</summary>
    public int MostRetries => mostRetries;

    /// <summary>The wait that the server asks for, or null.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
