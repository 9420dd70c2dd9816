using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static System.Runtime.Intrinsics.Vector512;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones.Layers;

/// <summary>
/// x W^T for few rows of x, where the product does little more than read W. Matrix libraries copy W into an order of their own first, which then takes
/// most of the time; here each element is read where it lies and multiplied with all rows. It takes a processor with vectors of 512 bits.
/// </summary>
internal static class FewRows
{
    private const int MostRows = 36;
    private const long FewestWeights = 500_000;
    private const int Tile = 5;

    /// <summary>Whether this way is the better one, which it never is where gradients may be asked for.</summary>
    public static bool Suits(Tensor x, Tensor weight) =>
        Vector512.IsHardwareAccelerated && !is_grad_enabled() && weight.device.type == TorchSharp.DeviceType.CPU && weight.dtype == ScalarType.Float32 && x.dtype == ScalarType.Float32
        && weight.numel() >= FewestWeights && x.numel() <= MostRows * weight.shape[1] && weight.shape[1] % Vector512<float>.Count == 0 && weight.is_contiguous();

    /// <summary>x W^T + b without gradients. x: [..., in], W: [out, in], b: [out].</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor bias)
    {
        using var scope = NewDisposeScope();
        var (outputs, inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        var rows = x.contiguous();
        var product = empty([.. x.shape[..^1], outputs], dtype: float32);
        var threads = get_num_threads();
        var share = (outputs + threads - 1) / threads;
        if (threads == 1) Multiply(0);
        else Parallel.For(0, threads, Multiply);
        return product.MoveToOuterDisposeScope();

        void Multiply(int thread)
        {
            var (from, to) = (thread * share, Math.Min(outputs, (thread + 1) * share));
            if (from < to) FewRows.Multiply(Elements(rows), Elements(weight), Elements(bias), Elements(product), inputs, outputs, from, to);
        }
    }

    private static Span<float> Elements(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    private static void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> w, ReadOnlySpan<float> b, Span<float> y, int inputs, int outputs, int from, int to)
    {
        var rows = x.Length / inputs;
        Span<float> sums = stackalloc float[Tile * Tile];
        for (var output = from; output < to; output += Tile)
        {
            var many = Math.Min(Tile, to - output);
            for (var row = 0; row < rows; row += Tile)
            {
                var few = Math.Min(Tile, rows - row);
                Multiply(x[(row * inputs)..], few, w[(output * inputs)..], many, inputs, sums);
                for (var r = 0; r < few; r++)
                    for (var o = 0; o < many; o++)
                        y[(row + r) * outputs + output + o] = sums[r * Tile + o] + b[output + o];
            }
        }
    }

    // The products of five rows of x and five of W, which is what the registers hold. Where there are fewer, the last one is taken again. A first prediction shall
    // not wait for it to be compiled well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> w, int outputs, int inputs, Span<float> sums)
    {
        ref readonly var x0 = ref MemoryMarshal.GetReference(x);
        ref readonly var x1 = ref MemoryMarshal.GetReference(x[(Math.Min(1, rows - 1) * inputs)..]);
        ref readonly var x2 = ref MemoryMarshal.GetReference(x[(Math.Min(2, rows - 1) * inputs)..]);
        ref readonly var x3 = ref MemoryMarshal.GetReference(x[(Math.Min(3, rows - 1) * inputs)..]);
        ref readonly var x4 = ref MemoryMarshal.GetReference(x[(Math.Min(4, rows - 1) * inputs)..]);
        ref readonly var w0 = ref MemoryMarshal.GetReference(w);
        ref readonly var w1 = ref MemoryMarshal.GetReference(w[(Math.Min(1, outputs - 1) * inputs)..]);
        ref readonly var w2 = ref MemoryMarshal.GetReference(w[(Math.Min(2, outputs - 1) * inputs)..]);
        ref readonly var w3 = ref MemoryMarshal.GetReference(w[(Math.Min(3, outputs - 1) * inputs)..]);
        ref readonly var w4 = ref MemoryMarshal.GetReference(w[(Math.Min(4, outputs - 1) * inputs)..]);
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s04 = default;
        Vector512<float> s10 = default, s11 = default, s12 = default, s13 = default, s14 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s24 = default;
        Vector512<float> s30 = default, s31 = default, s32 = default, s33 = default, s34 = default;
        Vector512<float> s40 = default, s41 = default, s42 = default, s43 = default, s44 = default;
        for (nuint i = 0; i < (nuint)inputs; i += (nuint)Vector512<float>.Count)
        {
            var (a, b, c, d, e) = (LoadUnsafe(in x0, i), LoadUnsafe(in x1, i), LoadUnsafe(in x2, i), LoadUnsafe(in x3, i), LoadUnsafe(in x4, i));
            var v = LoadUnsafe(in w0, i);
            (s00, s10, s20, s30, s40) = (FusedMultiplyAdd(a, v, s00), FusedMultiplyAdd(b, v, s10), FusedMultiplyAdd(c, v, s20), FusedMultiplyAdd(d, v, s30), FusedMultiplyAdd(e, v, s40));
            v = LoadUnsafe(in w1, i);
            (s01, s11, s21, s31, s41) = (FusedMultiplyAdd(a, v, s01), FusedMultiplyAdd(b, v, s11), FusedMultiplyAdd(c, v, s21), FusedMultiplyAdd(d, v, s31), FusedMultiplyAdd(e, v, s41));
            v = LoadUnsafe(in w2, i);
            (s02, s12, s22, s32, s42) = (FusedMultiplyAdd(a, v, s02), FusedMultiplyAdd(b, v, s12), FusedMultiplyAdd(c, v, s22), FusedMultiplyAdd(d, v, s32), FusedMultiplyAdd(e, v, s42));
            v = LoadUnsafe(in w3, i);
            (s03, s13, s23, s33, s43) = (FusedMultiplyAdd(a, v, s03), FusedMultiplyAdd(b, v, s13), FusedMultiplyAdd(c, v, s23), FusedMultiplyAdd(d, v, s33), FusedMultiplyAdd(e, v, s43));
            v = LoadUnsafe(in w4, i);
            (s04, s14, s24, s34, s44) = (FusedMultiplyAdd(a, v, s04), FusedMultiplyAdd(b, v, s14), FusedMultiplyAdd(c, v, s24), FusedMultiplyAdd(d, v, s34), FusedMultiplyAdd(e, v, s44));
        }

        (sums[0], sums[1], sums[2], sums[3], sums[4]) = (Sum(s00), Sum(s01), Sum(s02), Sum(s03), Sum(s04));
        (sums[5], sums[6], sums[7], sums[8], sums[9]) = (Sum(s10), Sum(s11), Sum(s12), Sum(s13), Sum(s14));
        (sums[10], sums[11], sums[12], sums[13], sums[14]) = (Sum(s20), Sum(s21), Sum(s22), Sum(s23), Sum(s24));
        (sums[15], sums[16], sums[17], sums[18], sums[19]) = (Sum(s30), Sum(s31), Sum(s32), Sum(s33), Sum(s34));
        (sums[20], sums[21], sums[22], sums[23], sums[24]) = (Sum(s40), Sum(s41), Sum(s42), Sum(s43), Sum(s44));
    }
}
