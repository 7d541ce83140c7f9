using Microsoft.ML.Quantization.Sampling;

namespace Microsoft.ML.Quantization.Fuzzing;

/// <summary>Damage that knows nothing of what the bytes mean: flips, cuts, repeats, pieces of other files.</summary>
internal static class ByteMutation
{
    private static readonly byte[][] s_interesting = [[0x00], [0x7F], [0x80], [0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0xC3, 0x28], [0xED, 0xA0, 0x80]];

    /// <summary>A damaged copy.</summary>
    public static byte[] Apply(byte[] source, byte[] other, ref SplitMix64 random)
    {
        byte[] result = [.. source];
        int times = 1 << Pick(ref random, 5);
        for (int i = 0; i < times && result.Length > 0; i++)
        {
            int at = Place(result.Length, ref random);
            switch (Pick(ref random, 12))
            {
                case 0: result = result[..at]; break;
                case 1: result = [.. result[..at], .. result[Place(result.Length, ref random)..]]; break;
                case 2: result = [.. result[..at], .. other.AsSpan(Place(other.Length, ref random))]; break;
                case 3 or 4: result = [.. result[..at], .. s_interesting[Pick(ref random, s_interesting.Length)], .. result[at..]]; break;
                case 5: s_interesting[Pick(ref random, s_interesting.Length)].AsSpan().TryCopyTo(result.AsSpan(at)); break;
                case 6: result[at] ^= (byte)(1 << Pick(ref random, 8)); break;
                case 7: result[at]++; break;
                case 8: result[at]--; break;
                default: result[at] = (byte)Pick(ref random, 256); break;
            }
        }
        return result;
    }

    /// <summary>A number from 0 to below <paramref name="count"/>.</summary>
    public static int Pick(ref SplitMix64 random, int count) => (int)(random.Next() % (ulong)count);

    // Structure stands at the beginning and end of a file, numbers in between: half of the damage goes to the first kilobyte.
    private static int Place(int length, ref SplitMix64 random) => Pick(ref random, random.Next() % 2 == 0 ? Math.Min(length, 1024) : length);
}
