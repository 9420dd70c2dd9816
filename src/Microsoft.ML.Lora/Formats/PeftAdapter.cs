using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Formats;

/// <summary>An adapter as files hold it: the configuration, and float32 tensors by their names in the file. Disposing it disposes the tensors.</summary>
/// <param name="Config">The configuration.</param>
/// <param name="Tensors">The tensors by name, such as <c>base_model.model.….query.lora_A.weight</c>; they belong to no dispose scope.</param>
internal sealed record PeftAdapter(PeftAdapterConfig Config, IReadOnlyDictionary<string, Tensor> Tensors) : IDisposable
{
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values) tensor.Dispose();
    }
}
