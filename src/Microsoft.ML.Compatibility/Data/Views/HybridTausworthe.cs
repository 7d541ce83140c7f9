namespace Microsoft.ML.Data;

/// <summary>
/// ML.NET's generator, so that a seed picks the rows it picks there: three Tausworthe generators and a linear congruential one, xored
/// (Howes and Thomas, "Efficient Random Number Generation and Application Using CUDA", GPU Gems 3, chapter 37), seeded by rounds of MurmurHash3.
/// </summary>
internal sealed class HybridTausworthe : Random
{
    private const uint SmallestSeed = 128;

    private uint _first;
    private uint _second;
    private uint _third;
    private uint _linear;

    public HybridTausworthe(uint seed)
    {
        _first = seed;
        _second = MurmurRound(seed, seed);
        _third = MurmurRound(_second, seed);
        _linear = MurmurRound(_third, seed);
    }

    /// <summary>A generator that another one seeds.</summary>
    public HybridTausworthe(Random source) => (_first, _second, _third, _linear) = (Seed(source), Seed(source), Seed(source), Bits(source));

    public override int Next() => (int)(NextBits() & int.MaxValue);

    public override int Next(int maxValue) => (int)(((ulong)NextBits() * (ulong)maxValue) >> 32);

    public override double NextDouble() => NextBits() * (1.0 / (1L << 32));

    /// <summary>23 random bits, in [0, 1).</summary>
    public override float NextSingle() => (NextBits() >> 9) * (1f / (1 << 23));

    private uint NextBits()
    {
        _first = Tausworthe(_first, 13, 19, 12, ~0x1U);
        _second = Tausworthe(_second, 2, 25, 4, ~0x7U);
        _third = Tausworthe(_third, 3, 11, 17, ~0xFU);
        _linear = (1664525 * _linear) + 1013904223;
        return _first ^ _second ^ _third ^ _linear;
    }

    private static uint Tausworthe(uint state, int left, int right, int shift, uint mask) => ((state & mask) << shift) ^ (((state << left) ^ state) >> right);

    private static uint MurmurRound(uint hash, uint chunk) =>
        (uint.RotateLeft(hash ^ (uint.RotateLeft(chunk * 0xCC9E2D51, 15) * 0x1B873593), 13) * 5) + 0xE6546B64;

    private static uint Seed(Random source)
    {
        uint bits = Bits(source);
        return bits >= SmallestSeed ? bits : Seed(source);
    }

    private static uint Bits(Random source)
    {
        uint high = (uint)source.Next(0x10000);
        return (high << 16) | (uint)source.Next(0x10000);
    }
}
