namespace Microsoft.ML.Quantization.Kernels;

/// <summary>What is proved about weights before an instruction is used that saturates.</summary>
internal static class PairSums
{
    /// <summary>255 · 128 fits int16 and so does 255 · −128; 255 · 129 does not.</summary>
    private const int Limit = 128;

    /// <summary>
    /// Whether the product of any two uint8 codes with any two weights of one output channel sums to an int16, whichever two the
    /// packing brings together: the two largest weights sum to 128 or less, the two smallest to −128 or more. Holds by construction for
    /// weights of 7 bits (PyTorch's <c>reduce_range</c>) and of 4.
    /// </summary>
    /// <param name="weights">[channels, …].</param>
    /// <param name="channels">Output channels.</param>
    public static bool FitShort(ReadOnlySpan<sbyte> weights, int channels)
    {
        int length = weights.Length / channels;
        for (int channel = 0; channel < channels; channel++)
        {
            // A pair may also be one weight and the zero of a filled-up depth.
            int largest = 0, second = 0, smallest = 0, secondSmallest = 0;
            foreach (sbyte weight in weights.Slice(channel * length, length))
            {
                (largest, second) = weight > largest ? (weight, largest) : (largest, Math.Max(second, weight));
                (smallest, secondSmallest) = weight < smallest ? (weight, smallest) : (smallest, Math.Min(secondSmallest, weight));
            }
            if (largest + second > Limit || smallest + secondSmallest < -Limit) { return false; }
        }
        return true;
    }
}
