namespace Microsoft.ML.Lora;

/// <summary>The places a base was looked for at, for the error that says it was not found.</summary>
internal sealed class LookedAt
{
    private readonly List<string> _places = [];

    public void Add(string place, string what) => _places.Add($"{place} ({what})");

    public override string ToString() => _places.Count == 0 ? "" : $"Looked at: {string.Join("; ", _places)}.";
}
