namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
public sealed class PairSumsSpecs
{
    [TestMethod]
    [DataRow(new sbyte[] { 64, 64, -64, -64 }, true, DisplayName = "seven bits")]
    [DataRow(new sbyte[] { 127, 1, 0, -128 }, true, DisplayName = "one large weight of each sign")]
    [DataRow(new sbyte[] { 65, 64, 0, 0 }, false, DisplayName = "129")]
    [DataRow(new sbyte[] { -65, 3, 9, -64 }, false, DisplayName = "−129, far apart")]
    [DataRow(new sbyte[] { 127, 127, -128, -128 }, false, DisplayName = "eight bits")]
    [DataRow(new sbyte[] { -128 }, true, DisplayName = "one weight")]
    public void Any_two_weights_of_a_channel_must_fit(sbyte[] weights, bool expected) => Assert.AreEqual(expected, PairSums.FitShort(weights, 1));

    [TestMethod]
    public void Weights_of_two_channels_never_meet() => Assert.IsTrue(PairSums.FitShort([100, 0, 100, 0], 2));

    [TestMethod]
    public void What_is_allowed_is_what_fits_sixteen_bits()
    {
        for (int first = -128; first <= 127; first++)
        {
            for (int second = -128; second <= 127; second++)
            {
                int largest = 255 * (Math.Max(first, 0) + Math.Max(second, 0)), smallest = 255 * (Math.Min(first, 0) + Math.Min(second, 0));
                Assert.AreEqual(largest <= short.MaxValue && smallest >= short.MinValue, PairSums.FitShort([(sbyte)first, (sbyte)second], 1), $"{first}, {second}");
            }
        }
    }
}
