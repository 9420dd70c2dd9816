using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Initialization;

/// <summary>
/// OLoRA (Büyükakyüz 2024): with W = Q R, A is the first r rows of R and B the first r columns of Q; (scaling) B A is taken out of W.
/// </summary>
internal sealed class OloraInitializer : Initializer
{
    public override StartingPoint Start(LoraLayer layer, int rank, double scaling, Generator generator)
    {
        var (q, r) = linalg.qr(layer.BaseMatrix());
        return new(r.narrow(0, 0, rank), q.narrow(1, 0, rank), IsTakenOut: true);
    }
}
