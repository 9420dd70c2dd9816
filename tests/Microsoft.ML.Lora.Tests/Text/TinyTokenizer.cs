using System.Text.Json;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Tests.Text;

/// <summary>A tokenizer's two files in a temporary folder: the special tokens, the 256 bytes, some merges.</summary>
internal sealed class TinyTokenizer : IDisposable
{
    public const int Start = 0, Pad = 1, End = 2, Unknown = 3, FirstByte = 4, FirstMerged = FirstByte + 256;

    public TinyTokenizer(params string[] merges)
    {
        var tokens = new List<string> { "<s>", "<pad>", "</s>", "<unk>" };
        tokens.AddRange(Enumerable.Range(0, 256).Select(b => CharOf(b).ToString()));
        tokens.AddRange(merges.Select(m => m.Replace(" ", "")).Except(tokens));
        tokens.Add("<mask>");
        Vocabulary = tokens.Select((token, id) => (token, id)).ToDictionary(x => x.token, x => x.id);
        WriteVocabulary(JsonSerializer.Serialize(Vocabulary));
        WriteMerges("#version: 0.2\n" + string.Concat(merges.Select(m => m + "\n")));
    }

    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("tokenizer-");

    public Dictionary<string, int> Vocabulary { get; }

    public string VocabularyPath => Path.Combine(Folder.FullName, "vocab.json");

    public string MergesPath => Path.Combine(Folder.FullName, "merges.txt");

    public void WriteVocabulary(string json) => File.WriteAllText(VocabularyPath, json);

    public void WriteMerges(string text) => File.WriteAllText(MergesPath, text);

    public TextTokenizer Load() => TextTokenizer.FromDirectory(Folder.FullName);

    public int[] Bytes(params byte[] bytes) => [.. bytes.Select(b => FirstByte + b)];

    public void Dispose() => Folder.Delete(recursive: true);

    /// <summary>The character that stands for a byte in the files.</summary>
    public static char CharOf(int b) => IsPrintable(b) ? (char)b : (char)(256 + Enumerable.Range(0, b).Count(x => !IsPrintable(x)));

    private static bool IsPrintable(int b) => b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
}
