using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Formats;

/// <summary>Tensors by name, from one safetensors file or from several.</summary>
internal interface ISafetensors : IDisposable
{
    /// <summary>What errors call the file or the set.</summary>
    string Name { get; }

    /// <summary>The tensors by name.</summary>
    IReadOnlyDictionary<string, SafetensorsEntry> Tensors { get; }

    /// <summary>Whether there is a tensor of this name.</summary>
    bool Contains(string name) => Tensors.ContainsKey(name);

    /// <summary>
    /// Loads a tensor to the CPU. The caller owns it and disposes it: it belongs to no <see cref="TorchSharp.DisposeScope"/>, whichever
    /// is open, and stays valid after this object is disposed.
    /// </summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="dtype">The type to convert to; null means float32 for floating-point types and the stored type for others.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, or TorchSharp has no type for its elements.</exception>
    Tensor Load(string name, ScalarType? dtype = null);
}
