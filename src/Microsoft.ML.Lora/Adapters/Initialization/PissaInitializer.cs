using Microsoft.ML.Lora.Adapters.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Initialization;

/// <summary>
/// PiSSA (Meng et al. 2024): with W = U S V^T, A = sqrt(S_r / scaling) V_r^T and B = U_r sqrt(S_r / scaling), so that (scaling) B A is W's
/// best approximation of rank r, which is taken out of W.
/// </summary>
internal sealed class PissaInitializer : Initializer
{
    public override StartingPoint Start(LoraLayer layer, int rank, double scaling, Generator generator)
    {
        var (u, s, vh) = linalg.svd(layer.BaseMatrix(), fullMatrices: false);
        var root = s.narrow(0, 0, rank).div(scaling).sqrt();
        return new(root.unsqueeze(1).mul(vh.narrow(0, 0, rank)), u.narrow(1, 0, rank).mul(root), IsTakenOut: true);
    }
}
