using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones.Layers;

/// <summary>
/// x W^T for few rows of x, where the product does little more than read W. Matrix libraries copy W into an order of their own first, which then takes
/// most of the time; for small factors they do without, so W is taken block by block, one half on a second thread.
/// </summary>
internal static class FewRows
{
    private const int MostRows = 26;
    private const long MostWork = 700_000;
    private static readonly long[] BlockSizes = [96, 64, 48, 32, 24, 16, 8];

    /// <summary>The rows of W in a block; 0 where the ordinary product is better, or gradients may be asked for.</summary>
    public static long BlockSize(Tensor x, Tensor weight)
    {
        if (is_grad_enabled() || weight.device.type != TorchSharp.DeviceType.CPU || weight.dtype != ScalarType.Float32) return 0;
        var (outputs, inputs) = (weight.shape[0], weight.shape[1]);
        var rows = x.numel() / inputs;
        return rows > MostRows || outputs * inputs < MostWork ? 0 : BlockSizes.FirstOrDefault(size => outputs % (2 * size) == 0 && rows * size * inputs <= MostWork);
    }

    /// <summary>x W^T + b without gradients. x: [..., in], W: [out, in], b: [out].</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor bias, long blockSize)
    {
        using var scope = NewDisposeScope();
        var (outputs, inputs) = (weight.shape[0], weight.shape[1]);
        var rows = x.reshape(1, -1, inputs);
        var blocks = weight.detach().view(-1, blockSize, inputs).transpose(1, 2).chunk(2);
        var products = new Tensor[2];
        void Multiply(int half)
        {
            using var _ = no_grad();
            products[half] = matmul(rows.expand(blocks[half].shape[0], -1, -1), blocks[half]).DetachFromDisposeScope();
        }

        if (get_num_threads() > 1) Parallel.Invoke(() => Multiply(0), () => Multiply(1));
        else for (var half = 0; half < 2; half++) Multiply(half);
        using var first = products[0];
        using var second = products[1];
        var joined = cat([first, second], 0).transpose(0, 1).reshape([.. x.shape[..^1], outputs]);
        return joined.add_(bias).MoveToOuterDisposeScope();
    }
}
