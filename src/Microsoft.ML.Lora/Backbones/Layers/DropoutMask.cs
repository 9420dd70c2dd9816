using System.Numerics;

namespace Microsoft.ML.Lora.Backbones.Layers;

/// <summary>
/// The numbers of a dropout mask out of a counter: number i follows from the seed and i alone, so that any part of a training can be drawn again, and
/// a processor draws as many at a time as its vectors hold. i goes through two rounds of a multiply-and-shift hash (Wellons' "lowbias32") with half of
/// the seed added before each.
/// </summary>
internal static class DropoutMask
{
    /// <summary>Writes 0 with the given probability and otherwise 1 / (1 - probability).</summary>
    /// <param name="mask">Where to.</param>
    /// <param name="probability">0 up to, not including, 1.</param>
    /// <param name="seed">Which sequence of numbers.</param>
    /// <param name="position">Where in the sequence the mask begins.</param>
    public static void Draw(Span<float> mask, double probability, long seed, long position)
    {
        var limit = new Vector<uint>((uint)Math.Round(probability * uint.MaxValue));
        var kept = new Vector<float>((float)(1 / (1 - probability)));
        Span<uint> lanes = stackalloc uint[Vector<uint>.Count];
        for (var lane = 0; lane < lanes.Length; lane++) lanes[lane] = (uint)lane;
        var ascending = new Vector<uint>(lanes);

        // Beyond 2^32 numbers the sequence goes on with another half of the seed.
        Span<float> rest = stackalloc float[Vector<float>.Count];
        for (var i = 0; i < mask.Length; i += Vector<float>.Count)
        {
            var at = position + i;
            var first = new Vector<uint>(unchecked((uint)seed));
            var second = new Vector<uint>(unchecked((uint)(seed >> 32) + (uint)(at >> 32) * 0x9E3779B9u));
            var random = Hash(Hash(new Vector<uint>(unchecked((uint)at)) + ascending + first) + second);
            var values = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(random, limit).As<uint, float>(), kept, Vector<float>.Zero);
            if (i + Vector<float>.Count <= mask.Length) values.CopyTo(mask[i..]);
            else
            {
                values.CopyTo(rest);
                rest[..(mask.Length - i)].CopyTo(mask[i..]);
            }
        }
    }

    private static Vector<uint> Hash(Vector<uint> x)
    {
        x ^= x >>> 16;
        x *= new Vector<uint>(0x7FEB352D);
        x ^= x >>> 15;
        x *= new Vector<uint>(0x846CA68B);
        return x ^ (x >>> 16);
    }
}
