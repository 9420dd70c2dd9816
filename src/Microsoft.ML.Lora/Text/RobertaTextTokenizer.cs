using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Lora.Text;

/// <summary>RoBERTa's byte-level byte-pair encoding: <c>&lt;s&gt; A &lt;/s&gt;</c> or <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>.</summary>
public sealed class RobertaTextTokenizer : TextTokenizer
{
    private const string StartToken = "<s>", PadToken = "<pad>", EndToken = "</s>", UnknownToken = "<unk>", MaskToken = "<mask>";

    private readonly BpeTokenizer _bytePairs;
    private readonly bool _addPrefixSpace;

    private RobertaTextTokenizer(SpecialTokens special, Dictionary<string, int> vocabulary, List<string> merges, bool addPrefixSpace)
        : base(special, vocabulary.Count)
    {
        _addPrefixSpace = addPrefixSpace;
        _bytePairs = BpeTokenizer.Create(new BpeOptions(vocabulary)
        {
            Merges = merges,
            PreTokenizer = new Gpt2PreTokenizer(),
            UnknownToken = UnknownToken,
            ByteLevel = true,
        });
    }

    private protected override int SpecialsAroundOne => 2;

    private protected override int SpecialsAroundPair => 4;

    /// <summary>Reads a tokenizer's files.</summary>
    /// <param name="vocabularyFile">vocab.json: a JSON object from token to id.</param>
    /// <param name="mergesFile">merges.txt: the pairs of tokens that merge, one a line.</param>
    /// <param name="configFile">
    /// tokenizer_config.json, which may say "add_prefix_space"; null, or a file that does not exist, for Hugging Face's defaults.
    /// </param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed; the message names it and the line.</exception>
    public static RobertaTextTokenizer FromFiles(string vocabularyFile, string mergesFile, string? configFile = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabularyFile);
        ArgumentException.ThrowIfNullOrEmpty(mergesFile);
        var config = configFile == null ? new TokenizerConfig() : TokenizerConfig.Read(configFile);
        var vocabulary = VocabularyFile.Read(vocabularyFile);
        var special = new SpecialTokens(Id(StartToken), Id(PadToken), Id(EndToken), Id(UnknownToken), Id(MaskToken));
        var merges = MergesFile.Read(mergesFile, vocabulary, StartToken, PadToken, EndToken, UnknownToken, MaskToken);
        return new RobertaTextTokenizer(special, vocabulary, merges, config.AddPrefixSpace);

        int Id(string token) => vocabulary.TryGetValue(token, out var id)
            ? id
            : throw new InvalidDataException($"{vocabularyFile}: the special token '{token}' is missing.");
    }

    private protected override ReadOnlySpan<int> Tokens(string text, int atMost)
    {
        if (_addPrefixSpace && text.Length > 0 && text[0] != ' ') text = " " + text;
        return _bytePairs.EncodeToIds(text, atMost, out _, out _).ToArray();
    }

    private protected override TokenizedText Join(ReadOnlySpan<int> first, bool truncated)
    {
        int[] ids = [Special.Start, .. first, Special.End];
        return new TokenizedText(ids, ids.Length, truncated);
    }

    private protected override TokenizedText Join(ReadOnlySpan<int> first, ReadOnlySpan<int> second, bool truncated) =>
        new([Special.Start, .. first, Special.End, Special.End, .. second, Special.End], first.Length + 3, truncated);
}
