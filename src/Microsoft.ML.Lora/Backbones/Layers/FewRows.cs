using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Backbones.Layers;

/// <summary>
/// x W^T for few rows of x, where the product does little more than read W. Matrix libraries copy W into an order of their own first, which then takes
/// most of the time; here each element is read where it lies and multiplied with all rows. It takes a processor with vectors of 512 bits.
/// </summary>
internal static class FewRows
{
    private const int MostRows = 28;
    private const long FewestWeights = 500_000;
    private const int RowsAtATime = 3, OutputsAtATime = 4;

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
        Span<float> sums = stackalloc float[RowsAtATime * OutputsAtATime];
        for (var output = from; output < to; output += OutputsAtATime)
        {
            var many = Math.Min(OutputsAtATime, to - output);
            for (var row = 0; row < rows; row += RowsAtATime)
            {
                var few = Math.Min(RowsAtATime, rows - row);
                Multiply(x[(row * inputs)..], few, w[(output * inputs)..], many, inputs, sums);
                for (var r = 0; r < few; r++)
                    for (var o = 0; o < many; o++)
                        y[(row + r) * outputs + output + o] = sums[r * OutputsAtATime + o] + b[output + o];
            }
        }
    }

    // The products of three rows of x and four of W. Where there are fewer, the last one is taken again. A first prediction shall not wait for it to be compiled well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> w, int outputs, int inputs, Span<float> sums)
    {
        ref readonly var x0 = ref MemoryMarshal.GetReference(x);
        ref readonly var x1 = ref MemoryMarshal.GetReference(x[(Math.Min(1, rows - 1) * inputs)..]);
        ref readonly var x2 = ref MemoryMarshal.GetReference(x[(Math.Min(2, rows - 1) * inputs)..]);
        ref readonly var w0 = ref MemoryMarshal.GetReference(w);
        ref readonly var w1 = ref MemoryMarshal.GetReference(w[(Math.Min(1, outputs - 1) * inputs)..]);
        ref readonly var w2 = ref MemoryMarshal.GetReference(w[(Math.Min(2, outputs - 1) * inputs)..]);
        ref readonly var w3 = ref MemoryMarshal.GetReference(w[(Math.Min(3, outputs - 1) * inputs)..]);
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default, s20 = default, s21 = default, s22 = default, s23 = default;
        for (nuint i = 0; i < (nuint)inputs; i += (nuint)Vector512<float>.Count)
        {
            var (a, b, c) = (Vector512.LoadUnsafe(in x0, i), Vector512.LoadUnsafe(in x1, i), Vector512.LoadUnsafe(in x2, i));
            var v = Vector512.LoadUnsafe(in w0, i);
            (s00, s10, s20) = (Vector512.FusedMultiplyAdd(a, v, s00), Vector512.FusedMultiplyAdd(b, v, s10), Vector512.FusedMultiplyAdd(c, v, s20));
            v = Vector512.LoadUnsafe(in w1, i);
            (s01, s11, s21) = (Vector512.FusedMultiplyAdd(a, v, s01), Vector512.FusedMultiplyAdd(b, v, s11), Vector512.FusedMultiplyAdd(c, v, s21));
            v = Vector512.LoadUnsafe(in w2, i);
            (s02, s12, s22) = (Vector512.FusedMultiplyAdd(a, v, s02), Vector512.FusedMultiplyAdd(b, v, s12), Vector512.FusedMultiplyAdd(c, v, s22));
            v = Vector512.LoadUnsafe(in w3, i);
            (s03, s13, s23) = (Vector512.FusedMultiplyAdd(a, v, s03), Vector512.FusedMultiplyAdd(b, v, s13), Vector512.FusedMultiplyAdd(c, v, s23));
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(s00), Vector512.Sum(s01), Vector512.Sum(s02), Vector512.Sum(s03));
        (sums[4], sums[5], sums[6], sums[7]) = (Vector512.Sum(s10), Vector512.Sum(s11), Vector512.Sum(s12), Vector512.Sum(s13));
        (sums[8], sums[9], sums[10], sums[11]) = (Vector512.Sum(s20), Vector512.Sum(s21), Vector512.Sum(s22), Vector512.Sum(s23));
    }
}
