using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.FakeQuantization;

/// <summary>What the golden files do not say: where we knowingly differ from PyTorch, and refusals.</summary>
[TestClass]
public sealed class FakeQuantizerSpec
{
    [TestMethod]
    public void Infinities_saturate_at_their_own_end_and_stop_the_gradient()
    {
        // PyTorch gives −0.5, the smallest code's real, for all three.
        Check(new(0.1f, 5, ElementType.QUInt8), -0.5f);
        Check(QuantizationParameters.WithFloatZeroPoints([0.1f], [5f], 0, ElementType.QUInt8), -0.5f);

        static void Check(QuantizationParameters parameters, float lowest)
        {
            var (y, inside) = (new float[5], new bool[5]);
            FakeQuantizer.Forward([float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, 0.3f], new Shape(1, 5), parameters, y, inside);
            CollectionAssert.AreEqual(new[] { lowest, 25f, lowest, 25f, 0.3f }, y);
            CollectionAssert.AreEqual(new[] { false, false, false, false, true }, inside);
        }
    }

    [TestMethod]
    public void A_value_that_rounds_to_an_end_passes_its_gradient_and_one_beyond_does_not()
    {
        var parameters = new QuantizationParameters(1f, 0, ElementType.QInt8, new(-8, 7));
        var (y, inside, gradient) = (new float[6], new bool[6], new float[6]);
        FakeQuantizer.Forward([7f, 7.49f, 7.51f, -8f, -8.5f, -8.51f], new Shape(6), parameters, y, inside);
        FakeQuantizer.Backward([1f, 2f, 3f, 4f, 5f, 6f], inside, gradient);
        CollectionAssert.AreEqual(new[] { 7f, 7f, 7f, -8f, -8f, -8f }, y);
        CollectionAssert.AreEqual(new[] { 1f, 2f, 0f, 4f, 5f, 0f }, gradient, "-8.5 rounds to even, -8");
    }

    [TestMethod]
    public void One_rounded_zero_point_serves_both_directions()
    {
        // PyTorch's per-tensor backward would round −2.07 to trunc(−1.57) = −1.
        QuantizationParameters parameters = LearnableGradients.Round([0.5f], [-2.07f], null, ElementType.QInt8, new(-8, 7));
        Assert.AreEqual(-2, parameters.ZeroPoint);
        var (ofValues, ofScale, ofZeroPoint) = (new float[2], new float[1], new float[1]);
        LearnableGradients.Backward([100f, 0.1f], new Shape(2), parameters, [3f, 2f], 1f, ofValues, ofScale, ofZeroPoint);
        CollectionAssert.AreEqual(new[] { 0f, 2f }, ofValues);
        Assert.AreEqual(3f * (7 + 2) + 2f * (0f - 0.1f) / 0.5f, ofScale[0], 1e-5f);
        Assert.AreEqual(3f * -0.5f, ofZeroPoint[0]);
    }

    [TestMethod]
    public void Mismatches_are_refused()
    {
        var parameters = new QuantizationParameters(1f, 0, ElementType.QInt8);
        var channels = new QuantizationParameters([1f, 2f], [0, 0], 1, ElementType.QInt8);
        Refusal.Of(() => FakeQuantizer.Forward([1f], new Shape(1), parameters, new float[2], []), "2 elements", "expected 1");
        Refusal.Of(() => FakeQuantizer.Forward([1f], new Shape(1), parameters, new float[1], new bool[2]), "2 elements", "expected 1");
        Refusal.Of(() => FakeQuantizer.Forward(new float[6], new Shape(2, 3), channels, new float[6], []), "2 scales for axis 1", "expected 3");
        Refusal.Of(() => FakeQuantizer.Backward(new float[2], new bool[1], new float[2]), "1 elements", "expected 2");
        Refusal.Of(() => LearnableGradients.Backward(new float[2], new Shape(2), parameters, new float[2], 1f, new float[2], new float[2], new float[1]), "2 elements", "expected 1");
        Refusal.Of(() => LearnableGradients.Round([1f], [float.NaN], null, ElementType.QInt8, new(-8, 7)), "zero point is NaN", "learning rate");
        Refusal.Of(() => LearnableGradients.Round([float.NaN], [0f], null, ElementType.QInt8, new(-8, 7)), "scale is NaN");
    }
}
