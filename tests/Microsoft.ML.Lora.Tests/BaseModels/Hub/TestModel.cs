using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <summary>A model on the tests' hub, at one commit. Weights lie in the store of large files, as on the real hub.</summary>
internal sealed class TestModel
{
    public const string Id = "own/name";
    public const int WeightsLength = 3_000_000;

    /// <summary>The commit.</summary>
    public string Commit { get; set; } = BaseFolder.Commit;

    /// <summary>The files' contents by name.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>A RoBERTa with 3 MB of weights, and what else a repository holds.</summary>
    public static TestModel Roberta(int seed = 1)
    {
        var weights = new byte[WeightsLength];
        new Random(seed).NextBytes(weights);
        return new TestModel
        {
            Files =
            {
                ["config.json"] = Encoding.UTF8.GetBytes(BaseFolder.Config),
                ["vocab.json"] = "{}"u8.ToArray(),
                ["merges.txt"] = "#version: 0.2\n"u8.ToArray(),
                ["tokenizer_config.json"] = "{}"u8.ToArray(),
                ["model.safetensors"] = weights,
                ["pytorch_model.bin"] = new byte[100],
                ["tokenizer.json"] = "{}"u8.ToArray(),
                ["onnx/model.onnx"] = new byte[100],
                ["README.md"] = "# Hello"u8.ToArray(),
                [".gitattributes"] = [],
            },
        };
    }

    /// <summary>Whether a file lies in the store.</summary>
    public static bool IsLarge(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".bin", StringComparison.Ordinal);

    /// <summary>The etag of a file: its SHA-256 if it is large, git's SHA-1 otherwise.</summary>
    public string Etag(string name) => IsLarge(name) ? Sha256(Files[name])
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {Files[name].Length}\0"), .. Files[name]]));

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
