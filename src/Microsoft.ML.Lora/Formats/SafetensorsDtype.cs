using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Formats;

/// <summary>An element type of the safetensors format.</summary>
/// <param name="Name">Its name in the file's header.</param>
/// <param name="Size">The bytes an element takes.</param>
/// <param name="ScalarType">The type a tensor of it has in memory, or null where TorchSharp has none.</param>
internal sealed record SafetensorsDtype(string Name, int Size, ScalarType? ScalarType)
{
    /// <summary>From the loosest alignment to the strictest: the reverse of the order in which Hugging Face lays tensors out.</summary>
    private static readonly SafetensorsDtype[] ByAlignment =
    [
        new("BOOL", 1, TorchSharp.torch.ScalarType.Bool),
        new("U8", 1, TorchSharp.torch.ScalarType.Byte),
        new("I8", 1, TorchSharp.torch.ScalarType.Int8),
        new("F8_E5M2", 1, null),
        new("F8_E4M3", 1, null),
        new("I16", 2, TorchSharp.torch.ScalarType.Int16),
        new("U16", 2, null),
        new("F16", 2, TorchSharp.torch.ScalarType.Float16),
        new("BF16", 2, TorchSharp.torch.ScalarType.BFloat16),
        new("I32", 4, TorchSharp.torch.ScalarType.Int32),
        new("U32", 4, null),
        new("F32", 4, TorchSharp.torch.ScalarType.Float32),
        new("F64", 8, TorchSharp.torch.ScalarType.Float64),
        new("I64", 8, TorchSharp.torch.ScalarType.Int64),
        new("U64", 8, null),
    ];

    /// <summary>The names of all types, for error messages.</summary>
    public static string Names => string.Join(", ", ByAlignment.Select(dtype => dtype.Name));

    /// <summary>Its place in the order of alignment; tensors of a higher one come first in a file.</summary>
    public int Alignment => Array.IndexOf(ByAlignment, this);

    /// <summary>Whether elements are floating-point numbers, which load as float32 unless asked otherwise.</summary>
    public bool IsFloat => Name is "F16" or "BF16" or "F32" or "F64";

    public static SafetensorsDtype? Find(string name) => Array.Find(ByAlignment, dtype => dtype.Name == name);

    public static SafetensorsDtype? Find(ScalarType type) => Array.Find(ByAlignment, dtype => dtype.ScalarType == type);
}
