using BenchmarkDotNet.Attributes;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Benchmarks.Micro;

/// <summary>RoBERTa's tokenizer: reading its files, and a short review.</summary>
public class TokenizerBenchmark
{
    private const string Review = "a gripping, beautifully acted film that never quite lets go of you until its last, quiet minutes";
    private TextTokenizer? _tokenizer;

    internal static string Folder { get; set; } = "";

    /// <summary>Makes what is measured.</summary>
    [GlobalSetup]
    public void Prepare() => _tokenizer = Read();

    /// <summary>Reading vocab.json and merges.txt.</summary>
    [Benchmark]
    public TextTokenizer Read() => TextTokenizer.FromDirectory(Folder);

    /// <summary>A short review.</summary>
    [Benchmark]
    public TokenizedText Encode() => _tokenizer!.Encode(Review, null, 512);
}
