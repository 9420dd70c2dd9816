using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Lora.Text;

/// <summary>The WordPiece tokenization of BERT and DistilBERT: <c>[CLS] A [SEP]</c> or <c>[CLS] A [SEP] B [SEP]</c>.</summary>
public sealed class BertTextTokenizer : TextTokenizer
{
    private const string StartToken = "[CLS]", PadToken = "[PAD]", EndToken = "[SEP]", UnknownToken = "[UNK]", MaskToken = "[MASK]";
    private const int LongestWord = 100;
    private const int ChunkLength = 2048;

    private readonly BertNormalization _normalization;
    private readonly WordPieceTokenizer _wordPieces;

    private BertTextTokenizer(SpecialTokens special, int size, byte[] vocabulary, TokenizerConfig config) : base(special, size)
    {
        if (config.StripAccents) BertNormalization.RequireDecomposition();
        _normalization = new BertNormalization(config.LowerCase, config.StripAccents, config.SplitCjk);
        // The limit here is on UTF-16 units, of which a character takes up to two; BERT's is on characters, and kept in Tokens.
        var options = new WordPieceOptions { UnknownToken = UnknownToken, MaxInputCharsPerWord = 2 * LongestWord };
        _wordPieces = WordPieceTokenizer.Create(new MemoryStream(vocabulary), options);
    }

    private protected override int SpecialsAroundOne => 2;

    private protected override int SpecialsAroundPair => 3;

    /// <summary>Reads a tokenizer's files.</summary>
    /// <param name="vocabularyFile">vocab.txt: a token a line.</param>
    /// <param name="configFile">
    /// tokenizer_config.json, which may say "do_lower_case", "strip_accents" and "tokenize_chinese_chars"; null, or a file that does not
    /// exist, for Hugging Face's defaults.
    /// </param>
    /// <exception cref="FileNotFoundException">The vocabulary is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed; the message names it and the line.</exception>
    /// <exception cref="PlatformNotSupportedException">Accents are to be taken off, and .NET runs in its invariant globalization mode.</exception>
    public static BertTextTokenizer FromFiles(string vocabularyFile, string? configFile = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabularyFile);
        var config = configFile == null ? new TokenizerConfig() : TokenizerConfig.Read(configFile);
        var content = VocabularyFile.ReadBytes(vocabularyFile);
        var (vocabulary, size) = WordPieceFile.Parse(vocabularyFile, content);
        var special = new SpecialTokens(Id(StartToken), Id(PadToken), Id(EndToken), Id(UnknownToken), Id(MaskToken));
        return new BertTextTokenizer(special, size, content, config);

        int Id(string token) => vocabulary.TryGetValue(token, out var id)
            ? id
            : throw new InvalidDataException($"{vocabularyFile}: the special token '{token}' is missing.");
    }

    private protected override ReadOnlySpan<int> Tokens(string text, int atMost)
    {
        var ids = new List<int>();
        for (int start = 0, end; start < text.Length && ids.Count < atMost; start = end)
        {
            end = EndOfChunk(text, start);
            foreach (var word in _normalization.Words(text[start..end]))
                if (IsTooLong(word)) ids.Add(Special.Unknown);
                else ids.AddRange(_wordPieces.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false));
        }
        return ids.Take(atMost).ToArray();
    }

    private protected override TokenizedText Join(ReadOnlySpan<int> first, bool truncated)
    {
        int[] ids = [Special.Start, .. first, Special.End];
        return new TokenizedText(ids, ids.Length, truncated);
    }

    private protected override TokenizedText Join(ReadOnlySpan<int> first, ReadOnlySpan<int> second, bool truncated) =>
        new([Special.Start, .. first, Special.End, .. second, Special.End], first.Length + 2, truncated);

    /// <summary>Where a chunk may end: words end at a space, so the words of the chunks are the words of the text.</summary>
    private static int EndOfChunk(string text, int start)
    {
        if (text.Length - start <= ChunkLength) return text.Length;
        var space = text.AsSpan(start + ChunkLength).IndexOfAny(' ', '\n');
        return space < 0 ? text.Length : start + ChunkLength + space + 1;
    }

    private static bool IsTooLong(string word) => word.Length > LongestWord && word.EnumerateRunes().Count() > LongestWord;
}
