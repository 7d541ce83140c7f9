using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Weights rounded to half precision, held as the floats they then are.</summary>
internal sealed class HalfDynamicLinear : DynamicLinear
{
    private readonly Engine _engine;
    private readonly float[] _weight;

    public HalfDynamicLinear(Tensor weight, Tensor? bias, Engine engine) : base(Checked(weight), bias) =>
        (_engine, _weight) = (engine, Array.ConvertAll(weight.AsSpan<float>().ToArray(), value => (float)HalfPrecision.ToHalf(value)));

    private protected override void Multiply(Tensor x, int rows, Span<float> y, bool reduceRange)
    {
        _engine.MatMul(x.AsSpan<float>(), _weight, y, rows, InputFeatures, OutputFeatures, transposeB: true);
        AddBias(y);
    }

    private static Shape Checked(Tensor weight)
    {
        FloatParameter.Require(weight, "The weight", 2, 2);
        return weight.Shape;
    }
}
