using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Numerics;

[TestClass]
public sealed class ParameterChooserSpec
{
    [TestMethod]
    public void Explicit_0_to_255_centres_on_127_and_the_default_on_128()
    {
        Assert.AreEqual(128, Symmetric(customRange: false).ZeroPoint);
        Assert.AreEqual(127, Symmetric(customRange: true).ZeroPoint);

        static QuantizationParameters Symmetric(bool customRange) =>
            ParameterChooser.PerTensor(-1f, 1f, QScheme.PerTensorSymmetric, ElementType.QUInt8, QuantizedRange.UInt8, customRange);
    }

    [TestMethod]
    public void Equal_values_still_include_zero()
    {
        QuantizationParameters actual = ParameterChooser.PerTensor(2f, 2f, QScheme.PerTensorAffine, ElementType.QUInt8, QuantizedRange.UInt8);
        Assert.AreEqual(2f / 255f, actual.Scale);
        Assert.AreEqual(0, actual.ZeroPoint);
    }

    [TestMethod]
    public void What_cannot_lead_to_parameters_is_refused()
    {
        Refusal.Of(() => PerTensor(float.NaN, 1f), "NaN", "smallest <= largest");
        Refusal.Of(() => PerTensor(2f, 1f), "The smallest value is 2", "smallest <= largest");
        Refusal.Of(() => PerTensor(0f, float.PositiveInfinity), "finite range", "Histogram");
        Refusal.Of(() => PerTensor(-3e38f, 3e38f), "A scale is", "finite number above 0");
        Refusal.Of(() => PerTensor(0f, 1f, QScheme.PerChannelAffine), "per_channel_affine", "per_tensor");
        Refusal.Of(() => PerChannel([0f], [1f], QScheme.PerTensorAffine), "per_tensor_affine", "per_channel");
        Refusal.Of(() => PerChannel([0f, 0f], [1f], QScheme.PerChannelAffine), "2 minima and 1 maxima");

        static void PerTensor(float low, float high, QScheme scheme = QScheme.PerTensorAffine) =>
            ParameterChooser.PerTensor(low, high, scheme, ElementType.QUInt8, QuantizedRange.UInt8);

        static void PerChannel(float[] low, float[] high, QScheme scheme) =>
            ParameterChooser.PerChannel(low, high, 0, scheme, ElementType.QInt8, QuantizedRange.Int8);
    }

    [TestMethod]
    public void Dynamic_parameters_of_one_sided_symmetric_weights_fall_back_to_affine()
    {
        // Documented behaviour of the source: without a change of sign the zero point is an end, not the middle.
        Assert.AreEqual(-128, DynamicParameters.Choose(0f, 1f, QuantizedRange.Int8, preserveSparsity: true).ZeroPoint);
        Assert.AreEqual(0, DynamicParameters.Choose(-1f, 1f, QuantizedRange.Int8, preserveSparsity: true).ZeroPoint);
    }

    [TestMethod]
    public void Dynamic_parameters_have_a_floor_and_refuse_what_is_no_range()
    {
        Assert.AreEqual(6.1e-5f, (float)DynamicParameters.Choose(0f, 1e-6f, QuantizedRange.UInt8).Scale);
        Assert.AreEqual(0.1, DynamicParameters.Choose(0f, 0f, QuantizedRange.UInt8).Scale);
        (double scale, int zeroPoint) = DynamicParameters.Choose(-1e-6f, 3e-6f, QuantizedRange.UInt8);
        Assert.AreEqual(6.1e-5f, (float)scale);
        Assert.AreEqual(64, zeroPoint);
        Assert.AreEqual(255, DynamicParameters.Choose(-1e-6f, 0f, QuantizedRange.UInt8).ZeroPoint);
        Refusal.Of(() => DynamicParameters.Choose(float.NaN, 1f, QuantizedRange.UInt8), "NaN", "finite range");
        Refusal.Of(() => DynamicParameters.Choose(0f, float.PositiveInfinity, QuantizedRange.UInt8), "finite range");
    }

    [TestMethod]
    public void The_optimized_range_refuses_what_is_no_row()
    {
        Refusal.Of(() => OptimizedRange.Choose([], 4), "empty row");
        Refusal.Of(() => OptimizedRange.Choose([1f], 9), "9 bits", "1 to 8");
        Refusal.Of(() => OptimizedRange.Choose([1f, float.NaN], 4), "element 1 of 2");
        Refusal.Of(() => OptimizedRange.Choose([1f, float.PositiveInfinity], 4), "infinities");
    }
}
