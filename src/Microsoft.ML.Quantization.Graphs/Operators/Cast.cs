using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The nearest value of another element type: floats to integers drop the fraction (and saturate, where ONNX leaves it open), integers to
/// smaller ones keep the low bits, anything but 0 is true. ONNX Cast, opset 9 to 28, between numbers.
/// </summary>
internal sealed class Cast : IOperator
{
    public OperatorSchema Schema { get; } = new("Cast", 9, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        return [site.Input(0) with { Type = OnnxTypes.Read(site, site.Attributes.Int("to")) }];
    }

    public void Forward(StepCall call) => Run(call);

    /// <summary>Converts input 0 to the output's type.</summary>
    public static void Run(StepCall call)
    {
        switch (call.InputType(0))
        {
            case ElementType.Float32: From<float>(call); break;
            case ElementType.Float64: From<double>(call); break;
            case ElementType.Float16: From<Half>(call); break;
            case ElementType.Int8: From<sbyte>(call); break;
            case ElementType.Int16: From<short>(call); break;
            case ElementType.UInt16: From<ushort>(call); break;
            case ElementType.Int32: From<int>(call); break;
            case ElementType.UInt32: From<uint>(call); break;
            case ElementType.Int64: From<long>(call); break;
            case ElementType.UInt64: From<ulong>(call); break;
            default: From<byte>(call); break;
        }
    }

    private static void From<TFrom>(StepCall call) where TFrom : unmanaged, INumber<TFrom>
    {
        switch (call.Outputs[0].Type)
        {
            case ElementType.Float32: Convert<TFrom, float>(call); break;
            case ElementType.Float64: Convert<TFrom, double>(call); break;
            case ElementType.Float16: Convert<TFrom, Half>(call); break;
            case ElementType.Int8: Convert<TFrom, sbyte>(call); break;
            case ElementType.Int16: Convert<TFrom, short>(call); break;
            case ElementType.UInt16: Convert<TFrom, ushort>(call); break;
            case ElementType.Int32: Convert<TFrom, int>(call); break;
            case ElementType.UInt32: Convert<TFrom, uint>(call); break;
            case ElementType.Int64: Convert<TFrom, long>(call); break;
            case ElementType.UInt64: Convert<TFrom, ulong>(call); break;
            case ElementType.Boolean: Test<TFrom>(call); break;
            default: Convert<TFrom, byte>(call); break;
        }
    }

    private static void Convert<TFrom, TTo>(StepCall call) where TFrom : unmanaged, INumber<TFrom> where TTo : unmanaged, INumber<TTo>
    {
        ReadOnlySpan<TFrom> x = call.Input<TFrom>(0);
        Span<TTo> y = call.Output<TTo>(0);
        for (int i = 0; i < y.Length; i++) { y[i] = TTo.CreateTruncating(x[i]); }
    }

    private static void Test<TFrom>(StepCall call) where TFrom : unmanaged, INumber<TFrom>
    {
        ReadOnlySpan<TFrom> x = call.Input<TFrom>(0);
        Span<byte> y = call.Output<byte>(0);
        for (int i = 0; i < y.Length; i++) { y[i] = x[i] != TFrom.Zero ? (byte)1 : (byte)0; }
    }
}
