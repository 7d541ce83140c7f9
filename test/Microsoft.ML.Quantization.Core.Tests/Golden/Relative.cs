namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>Checks to a part of the expected value.</summary>
internal static class Relative
{
    /// <summary>Fails when an element is further than <paramref name="tolerance"/> of its expected value away, or the lengths differ.</summary>
    public static void AssertNear(float[] expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what + ": length");
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.IsTrue(Math.Abs((double)expected[i] - actual[i]) <= tolerance * Math.Abs(expected[i]), $"{what}[{i}]: {actual[i]:R}, expected {expected[i]:R} within {tolerance}");
        }
    }
}
