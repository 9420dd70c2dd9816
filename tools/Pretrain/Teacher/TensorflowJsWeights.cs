using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Pretrain.Teacher;

/// <summary>The float32 weights of a TensorFlow.js graph model: model.json and its shards.</summary>
internal sealed class TensorflowJsWeights
{
    private readonly Dictionary<string, (long[] Shape, int Offset)> _places = [];
    private readonly byte[] _bytes;

    /// <summary>Reads a folder.</summary>
    /// <exception cref="InvalidDataException">The shards do not hold what model.json says.</exception>
    public TensorflowJsWeights(string directory)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "model.json")));
        var group = json.RootElement.GetProperty("weightsManifest")[0];
        _bytes = [.. group.GetProperty("paths").EnumerateArray().SelectMany(path => File.ReadAllBytes(Path.Combine(directory, path.GetString()!)))];
        var offset = 0;
        foreach (var weight in group.GetProperty("weights").EnumerateArray())
        {
            long[] shape = [.. weight.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            if (weight.GetProperty("dtype").GetString() == "float32") _places.Add(weight.GetProperty("name").GetString()!, (shape, offset));
            offset += (int)shape.Aggregate(sizeof(float), (bytes, size) => checked((int)(bytes * size)));
        }

        if (offset != _bytes.Length) throw new InvalidDataException($"{directory}: the shards have {_bytes.Length} bytes, the weights {offset}.");
    }

    /// <summary>The one weight whose name contains all the given parts, without leading dimensions of 1.</summary>
    public Tensor Take(params string[] parts)
    {
        var (shape, offset) = _places.Single(place => parts.All(place.Key.Contains)).Value;
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        Buffer.BlockCopy(_bytes, offset, values, 0, values.Length * sizeof(float));
        return tensor(values, [.. shape.SkipWhile(size => size == 1)]);
    }
}
