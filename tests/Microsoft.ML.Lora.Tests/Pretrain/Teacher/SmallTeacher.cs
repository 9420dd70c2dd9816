using System.Text.Json;

namespace Microsoft.ML.Lora.Tests.Pretrain.Teacher;

/// <summary>A sentence encoder of the real one's shape but small, with random weights, in two shards.</summary>
internal static class SmallTeacher
{
    public const int Narrow = 8, Wide = 16, Inner = 20;

    public static readonly string[] Pieces = ["<unk>", "<s>", "</s>", "x", "x", "x", "▁", "▁the", "▁film", "▁good", "s", "▁bad", "a", "b", "▁a"];

    public static string Write(string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "vocab.json"), JsonSerializer.Serialize(Pieces.Select((piece, i) => new object[] { piece, -1.0 - 0.1 * i })));
        List<(string Name, int[] Shape)> weights =
        [
            ("module/Embeddings_en", [Pieces.Length, Narrow]),
            ("K/AddTimingSignal/TimingSignal/ExpandDims_1", [1, Narrow / 2]),
            ("module/hidden_layers/tanh_layer_0/weights", [Wide, 512]),
            ("module/hidden_layers/tanh_layer_0/bias", [512]),
            ("K/Layer_0/TransformerLayer/dense/kernel/ConcatPartitions/concat", [Narrow, Wide]),
            ("K/Layer_0/TransformerLayer/dense/bias/ConcatPartitions/concat", [Wide]),
        ];
        foreach (var (layer, size) in new[] { ("K/Layer_0/TransformerLayer", Narrow), ("K/Layer_1/TransformerLayer", Wide) })
            weights.AddRange(
            [
                ($"{layer}/layer_prepostprocess/layer_norm/layer_norm_scale/c", [size]), ($"{layer}/layer_prepostprocess/layer_norm/layer_norm_bias/c", [size]),
                ($"{layer}/MultiheadAttention/qkv_transform_single/kernel/part_0", [1, 1, size, 3 * size]), ($"{layer}/MultiheadAttention/qkv_transform_single/bias/c", [3 * size]),
                ($"{layer}/MultiheadAttention/output_transform_single/kernel/part_0", [1, 1, size, Wide]), ($"{layer}/MultiheadAttention/output_transform_single/bias/c", [Wide]),
                ($"{layer}/FFN/layer_prepostprocess/layer_norm/layer_norm_scale/c", [Wide]), ($"{layer}/FFN/layer_prepostprocess/layer_norm/layer_norm_bias/c", [Wide]),
                ($"{layer}/FFN/conv1/Tensordot/Reshape_1", [Wide, Inner]), ($"{layer}/FFN/conv1/bias/c", [Inner]),
                ($"{layer}/FFN/conv2/Tensordot/Reshape_1", [Inner, Wide]), ($"{layer}/FFN/conv2/bias/c", [Wide]),
            ]);
        var random = new Random(1);
        float Value(string name) => (float)(random.NextDouble() - 0.5) is var value && name.Contains("norm_scale") ? 1 + value / 5 : value;
        byte[] bytes = [.. weights.SelectMany(weight => Enumerable.Range(0, weight.Shape.Aggregate(1, (a, b) => a * b)).SelectMany(_ => BitConverter.GetBytes(Value(weight.Name))))];
        File.WriteAllBytes(Path.Combine(directory, "shard1"), bytes[..1001]);
        File.WriteAllBytes(Path.Combine(directory, "shard2"), bytes[1001..]);
        File.WriteAllText(Path.Combine(directory, "model.json"), JsonSerializer.Serialize(new
        {
            weightsManifest = new[] { new { paths = new[] { "shard1", "shard2" }, weights = weights.Select(w => new { name = w.Name, shape = w.Shape, dtype = "float32" }) } },
        }));
        return directory;
    }
}
