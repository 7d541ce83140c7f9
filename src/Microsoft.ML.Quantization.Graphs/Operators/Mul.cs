using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = a · b, with NumPy broadcasting. ONNX Mul, opset 9 to 28. On codes of equal shapes:
/// <c>y = quantize(dequantize(a) · dequantize(b))</c>.
/// </summary>
internal sealed class Mul() : BinaryOperator<Mul.Product>(new("Mul", 9, 2, 2), new() { Observation = ObservationType.OutputUsesDifferentObserverAsInput })
{
    public override string? DeclineInteger(IntegerSite site) => IntegerBinary.Decline(site);

    public override Step BindInteger(IntegerSite site) => new IntegerBinary(site, multiplies: true);

    internal readonly struct Product : IBinaryFunction
    {
        public static T Value<T>(T left, T right) where T : struct, System.Numerics.INumber<T> => left * right;

        public static void Apply(Engine engine, ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> y) => engine.Multiply(left, right, y);
    }
}
