using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// y = a + b, with NumPy broadcasting; a fused activation clamps y. ONNX Add, opset 9 to 28. On codes of equal shapes:
/// <c>y = quantize(dequantize(a) + dequantize(b))</c>.
/// </summary>
internal sealed class Add() : BinaryOperator<Add.Sum>(
    new("Add", 9, 2, 2),
    new() { Observation = ObservationType.OutputUsesDifferentObserverAsInput, AcceptsActivation = true })
{
    public override string? DeclineInteger(IntegerSite site) => IntegerBinary.Decline(site);

    public override Step BindInteger(IntegerSite site) => new IntegerBinary(site, multiplies: false);

    internal readonly struct Sum : IBinaryFunction
    {
        public static T Value<T>(T left, T right) where T : struct, System.Numerics.INumber<T> => left + right;

        public static void Apply(Engine engine, ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> y) => engine.Add(left, right, y);
    }
}
