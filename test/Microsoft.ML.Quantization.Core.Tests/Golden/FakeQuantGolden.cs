using System.Collections.Immutable;
using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>
/// <c>fake_quant.json</c>: y and the gradient of x exactly (y within 1 ulp for real-valued zero points), the gradients of scale and zero point within
/// 1e-4, because the order of sums differs.
/// </summary>
[TestClass]
[TestCategory("Golden")]
public sealed class FakeQuantGolden
{
    // 2⁶³
    private const double Overflow = 9223372036854775808.0;

    [TestMethod]
    public void Values_and_gradients_equal_PyTorch() => GoldenFile.Open("fake_quant.json").Check(Exclusion, golden =>
    {
        if (golden.Text("kind")!.StartsWith("learnable", StringComparison.Ordinal)) { CheckLearnable(golden); }
        else { CheckPlain(golden); }
    });

    private static string? Exclusion(GoldenCase golden) =>
        golden.Input("x").Floats.Any(x => !(Math.Abs(x / SmallestScale(golden)) < Overflow)) ? "PyTorch gives NaN, infinities and what overflows 64 bits the smallest code"
        : golden.Text("kind") == "learnable_per_tensor" && RoundsTwoWays(golden) ? "PyTorch's per-tensor backward rounds a negative fractional zero point otherwise than its forward"
        : null;

    private static double SmallestScale(GoldenCase golden) => golden.Number("scale") ?? golden.Input("scale").Floats.Min();

    private static bool RoundsTwoWays(GoldenCase golden)
    {
        float zeroPoint = golden.Input("zero_point").Floats[0];
        QuantizedRange range = Range(golden);
        return Math.Truncate(Math.Clamp(zeroPoint + 0.5f, range.Minimum, range.Maximum)) != Math.Clamp(Math.Round(zeroPoint, MidpointRounding.ToEven), range.Minimum, range.Maximum);
    }

    private static void CheckPlain(GoldenCase golden)
    {
        GoldenTensor x = golden.Input("x");
        QuantizationParameters parameters = Parameters(golden);
        var (y, inside, gradient) = (new float[x.Shape.Length], new bool[x.Shape.Length], new float[x.Shape.Length]);
        FakeQuantizer.Forward(x.Floats, x.Shape, parameters, y, inside);
        FakeQuantizer.Backward(golden.Input("grad_out").Floats, inside, gradient);
        Ulp.AssertNear(golden.Answer("y").Floats, y, parameters.HasFloatZeroPoints ? 1 : 0, "y");
        Ulp.AssertNear(golden.Answer("grad_x").Floats, gradient, 0, "grad_x");
    }

    private static void CheckLearnable(GoldenCase golden)
    {
        GoldenTensor x = golden.Input("x");
        float[] scales = golden.Input("scale").Floats;
        QuantizationParameters parameters = LearnableGradients.Round(scales, golden.Input("zero_point").Floats, golden.Integer("axis"), TypeOf(Range(golden)), Range(golden));
        var (y, ofValues, ofScales, ofZeroPoints) = (new float[x.Shape.Length], new float[x.Shape.Length], new float[scales.Length], new float[scales.Length]);
        FakeQuantizer.Forward(x.Floats, x.Shape, parameters, y, []);
        LearnableGradients.Backward(x.Floats, x.Shape, parameters, golden.Input("grad_out").Floats, (float)golden.Number("grad_factor")!.Value, ofValues, ofScales, ofZeroPoints);
        Ulp.AssertNear(golden.Answer("y").Floats, y, 0, "y");
        Ulp.AssertNear(golden.Answer("grad_x").Floats, ofValues, 0, "grad_x");
        Relative.AssertNear(golden.Answer("grad_scale").Floats, ofScales, 1e-4, "grad_scale");
        Relative.AssertNear(golden.Answer("grad_zero_point").Floats, ofZeroPoints, 1e-4, "grad_zero_point");
    }

    private static QuantizationParameters Parameters(GoldenCase golden)
    {
        QuantizedRange range = Range(golden);
        ElementType type = TypeOf(range);
        if (golden.Integer("axis") is not { } axis) { return new((float)golden.Number("scale")!.Value, golden.Integer("zero_point")!.Value, type, range); }
        GoldenTensor zeroPoints = golden.Input("zero_point");
        ImmutableArray<float> scales = [.. golden.Input("scale").Floats];
        return zeroPoints.Type == ElementType.Float32
            ? QuantizationParameters.WithFloatZeroPoints(scales, [.. zeroPoints.Floats], axis, type, range)
            : new(scales, [.. zeroPoints.Ints], axis, type, range);
    }

    private static QuantizedRange Range(GoldenCase golden) => new(golden.Integer("quant_min")!.Value, golden.Integer("quant_max")!.Value);

    private static ElementType TypeOf(QuantizedRange range) => range.Minimum < 0 ? ElementType.QInt8 : ElementType.QUInt8;
}
