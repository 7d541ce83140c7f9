namespace Microsoft.ML.Quantization.Sampling;

/// <summary>
/// A small random number generator whose sequence is fixed by its seed on every platform and in every version of .NET, which
/// <see cref="Random"/> does not promise.
/// </summary>
/// <remarks>Not for secrets. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.</remarks>
public struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>An integer from 0 to <paramref name="bound"/> − 1, each equally likely.</summary>
    /// <param name="bound">1 or more.</param>
    /// <remarks>Multiply and shift, rejecting the few draws that would favour some results. Source: Lemire, ACM TOMACS 29 (2019).</remarks>
    public ulong Next(ulong bound)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        ulong high = Math.BigMul(Next(), bound, out ulong low);
        if (low < bound)
        {
            ulong unfair = unchecked(0 - bound) % bound;
            while (low < unfair) { high = Math.BigMul(Next(), bound, out low); }
        }
        return high;
    }
}
