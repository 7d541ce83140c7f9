using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Numerics;

[TestClass]
public sealed class BiasQuantizerSpec
{
    [TestMethod]
    public void A_channel_of_zero_weights_with_bias_10_gets_a_scale_under_which_the_bias_fits()
    {
        // Zero weights lead to the smallest scale there is; 10 / (0.02 · 2⁻²³) is 4.2e9 and no int32.
        float[] bias = [1f, 10f, -10f], scales = [0.01f, ParameterChooser.DefaultEps, ParameterChooser.DefaultEps];
        Assert.AreEqual(int.MaxValue, BiasQuantizer.Quantize(bias, 0.02f, scales, Rounding.Divide)[1]);

        RaisedWeightScales raised = BiasQuantizer.RaiseWeightScales(bias, 0.02f, scales);
        CollectionAssert.AreEqual(new[] { 1, 2 }, raised.Raised.ToArray());
        Assert.AreEqual(0.01f, raised.Scales[0]);
        int[] codes = BiasQuantizer.Quantize(bias, 0.02f, raised.Scales.AsSpan(), Rounding.Divide);
        Assert.IsTrue(codes[1] is <= BiasQuantizer.LargestCode and > BiasQuantizer.LargestCode / 2, $"{codes[1]}");
        Assert.AreEqual(-codes[1], codes[2]);
        Assert.AreEqual(10f, codes[1] * (double)BiasQuantizer.Scale(0.02f, raised.Scales[1]), 1e-5);
    }

    [TestMethod]
    public void One_scale_for_all_channels_is_raised_for_the_largest_bias()
    {
        RaisedWeightScales raised = BiasQuantizer.RaiseWeightScales([1f, 1000f, -5f], 1e-3f, [1e-6f]);
        CollectionAssert.AreEqual(new[] { 0 }, raised.Raised.ToArray());
        foreach (int code in BiasQuantizer.Quantize([1f, 1000f, -5f], 1e-3f, raised.Scales.AsSpan(), Rounding.Reciprocal))
        {
            Assert.IsTrue(Math.Abs((long)code) <= BiasQuantizer.LargestCode);
        }
    }

    [TestMethod]
    public void Vanishing_products_of_scales_are_raised_unless_the_bias_is_zero()
    {
        RaisedWeightScales raised = BiasQuantizer.RaiseWeightScales([0f, 1e-30f], 1e-20f, [1e-30f, 1e-30f]);
        CollectionAssert.AreEqual(new[] { 1 }, raised.Raised.ToArray());
        int[] codes = BiasQuantizer.Quantize([0f, 1e-30f], 1e-20f, raised.Scales.AsSpan(), Rounding.Divide);
        Assert.AreEqual(0, codes[0]);
        Assert.IsTrue(codes[1] is > 0 and <= BiasQuantizer.LargestCode, $"{codes[1]}");
    }

    [TestMethod]
    public void What_cannot_fit_is_refused()
    {
        Refusal.Of(() => BiasQuantizer.RaiseWeightScales([float.NaN], 1f, [1f]), "channel 0", "NaN", "finite");
        Refusal.Of(() => BiasQuantizer.RaiseWeightScales([3e38f], 1e-30f, [1f]), "no finite weight scale", "in float");
        Refusal.Of(() => BiasQuantizer.Quantize([1f, 2f, 3f], 1f, [1f, 1f], Rounding.Divide), "2 weight scales for 3 biases");
    }

    [TestMethod]
    public void The_output_stage_clamps_before_it_rounds()
    {
        float multiplier = Requantization.Multiplier(0.1f, 0.02f, 0.05f);
        Assert.AreEqual(0.1f * 0.02f / 0.05f, multiplier);
        CollectionAssert.AreEqual(new[] { multiplier, 2 * multiplier }, Requantization.Multipliers(0.1f, [0.02f, 0.04f], 0.05f));
        Assert.AreEqual(5, Requantization.Output(0, multiplier, 5, 0, 255));
        Assert.AreEqual(7, Requantization.Output(5, 0.5f, 5, 0, 255), "2.5 goes to the even 2");
        Assert.AreEqual(9, Requantization.Output(7, 0.5f, 5, 0, 255), "3.5 goes to the even 4");
        Assert.AreEqual(255, Requantization.Output(int.MaxValue, 1e30f, 5, 0, 255));
        Assert.AreEqual(3, Requantization.Code(float.NaN, 5, 3, 255), "NaN gives the smallest code");
        Assert.AreEqual(255, Requantization.Code(float.PositiveInfinity, 5, 3, 255));
        Assert.AreEqual(-128, Requantization.Output(int.MinValue, float.MaxValue, 5, -128, 127));
        Assert.AreEqual(5, Requantization.Output(-1000, 1f, 5, 5, 255), "a fused ReLU clamps at the zero point");
    }

    [TestMethod]
    public void Halves_saturate()
    {
        Assert.AreEqual((Half)65504f, HalfPrecision.ToHalf(float.PositiveInfinity));
        Assert.AreEqual((Half)(-65504f), HalfPrecision.ToHalf(-1e9f));
        Assert.IsTrue(Half.IsNaN(HalfPrecision.ToHalf(float.NaN)));
    }
}
