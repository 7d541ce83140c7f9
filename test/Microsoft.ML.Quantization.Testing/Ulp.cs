namespace Microsoft.ML.Quantization.Testing;

/// <summary>Distances between floats, counted in representable values.</summary>
public static class Ulp
{
    /// <summary>How many float32 values lie between the two, counting one end; 0 for equal ones (also NaN and NaN), <see cref="long.MaxValue"/> when only one is NaN.</summary>
    public static long Distance(float left, float right)
    {
        if (left == right || (float.IsNaN(left) && float.IsNaN(right))) { return 0; }
        return float.IsNaN(left) || float.IsNaN(right) ? long.MaxValue : Math.Abs(Ordered(left) - Ordered(right));
    }

    /// <summary>Fails when the values are more than <paramref name="tolerance"/> apart.</summary>
    public static void AssertNear(float expected, float actual, int tolerance, string what) =>
        Assert.IsTrue(Distance(expected, actual) <= tolerance, $"{what}: expected {expected:R}, found {actual:R}, {Distance(expected, actual)} ulp apart; allowed {tolerance}.");

    /// <summary>Fails when an element is more than <paramref name="tolerance"/> apart or the lengths differ.</summary>
    public static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, int tolerance, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what + ": length");
        for (int i = 0; i < expected.Length; i++) { AssertNear(expected[i], actual[i], tolerance, $"{what}[{i}]"); }
    }

    // Bits of negative floats grow downwards; mirroring them makes the integers ordered like the floats.
    private static long Ordered(float value) => BitConverter.SingleToInt32Bits(value) is var bits && bits >= 0 ? bits : int.MinValue - (long)bits;
}
