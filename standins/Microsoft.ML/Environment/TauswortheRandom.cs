using System.Numerics;

namespace Microsoft.ML.Runtime;

/// <summary>
/// Three Tausworthe generators and a linear congruential one, combined: the generator ML.NET uses, so that the same seed
/// splits data the same way.
/// </summary>
internal sealed class TauswortheRandom : Random
{
    private const uint SmallestSeed = 128;

    private uint _z1;
    private uint _z2;
    private uint _z3;
    private uint _z4;

    public TauswortheRandom(uint seed)
    {
        _z1 = seed;
        _z2 = Mix(_z1, seed);
        _z3 = Mix(_z2, seed);
        _z4 = Mix(_z3, seed);
    }

    public TauswortheRandom(Random source)
    {
        _z1 = SeedFrom(source);
        _z2 = SeedFrom(source);
        _z3 = SeedFrom(source);
        _z4 = UInt32From(source);
    }

    /// <summary>A number in [0, 1), a multiple of 2^-23.</summary>
    public override float NextSingle() => (NextBits() >> 9) * (1f / (1 << 23));

    public override double NextDouble() => NextBits() * (1d / (1L << 32));

    public override int Next()
    {
        var bits = NextBits();
        return (int)(bits + (bits & 0x80000000U));
    }

    public override int Next(int maxValue)
    {
        Check.Param(maxValue >= 0, nameof(maxValue), "maxValue must be non-negative");
        return (int)((ulong)NextBits() * (ulong)maxValue >> 32);
    }

    public override int Next(int minValue, int maxValue)
    {
        Check.Param(minValue <= maxValue, nameof(minValue), "minValue must be less than or equal to maxValue.");
        return (int)((long)(NextDouble() * ((long)maxValue - minValue)) + minValue);
    }

    public override void NextBytes(byte[] buffer)
    {
        for (var i = 0; i < buffer.Length; i++)
            buffer[i] = (byte)Next();
    }

    private uint NextBits()
    {
        _z1 = Step(_z1, 13, 19, 12, ~0x1U);
        _z2 = Step(_z2, 2, 25, 4, ~0x7U);
        _z3 = Step(_z3, 3, 11, 17, ~0xFU);
        _z4 = 1664525 * _z4 + 1013904223;
        return _z1 ^ _z2 ^ _z3 ^ _z4;
    }

    private static uint Step(uint z, int left, int right, int shift, uint mask) => ((z & mask) << shift) ^ (((z << left) ^ z) >> right);

    /// <summary>One round of the 32-bit Murmur 3 hash.</summary>
    private static uint Mix(uint hash, uint chunk)
    {
        hash ^= BitOperations.RotateLeft(chunk * 0xCC9E2D51, 15) * 0x1B873593;
        return BitOperations.RotateLeft(hash, 13) * 5 + 0xE6546B64;
    }

    private static uint UInt32From(Random source) => ((uint)source.Next(0x10000) << 16) | (uint)source.Next(0x10000);

    private static uint SeedFrom(Random source)
    {
        uint seed;
        do
            seed = UInt32From(source);
        while (seed < SmallestSeed);
        return seed;
    }
}
