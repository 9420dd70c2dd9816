namespace Microsoft.ML.Tokenizers;

/// <summary>Cuts a text into the pieces that are tokenised each on its own.</summary>
public abstract class PreTokenizer
{
    /// <summary>The pieces of a text, in order; text between them is dropped.</summary>
    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(string text);

    /// <inheritdoc cref="PreTokenize(string)"/>
    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text);
}
