using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Whether a equals b, with NumPy broadcasting. ONNX Equal, opset 9 to 21, for float32, int64, int32 and bool.</summary>
internal sealed class Equal : IOperator
{
    public OperatorSchema Schema { get; } = new("Equal", 9, 2, 2);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Input(0, ElementType.Float32, ElementType.Int64, ElementType.Int32, ElementType.Boolean), b = site.Input(1, a.Type);
        return [new(ElementType.Boolean, Broadcasting.Combine(site, a.Dimensions, b.Dimensions))];
    }

    public void Forward(StepCall call)
    {
        switch (call.InputType(0))
        {
            case ElementType.Float32: Run<float>(call); break;
            case ElementType.Int64: Run<long>(call); break;
            case ElementType.Int32: Run<int>(call); break;
            default: Run<byte>(call); break;
        }
    }

    private static void Run<T>(StepCall call) where T : unmanaged, System.Numerics.IEqualityOperators<T, T, bool>
    {
        ReadOnlySpan<T> a = call.Input<T>(0), b = call.Input<T>(1);
        Span<byte> y = call.Output<byte>(0);
        Shape result = call.OutputShape(0);
        if (y.IsEmpty) { return; }
        // A last axis of size 1 serves scalars too.
        int[] sizes = [.. result.Sizes, 1], strideA = [.. Broadcasting.Strides(call.InputShape(0), result), 0], strideB = [.. Broadcasting.Strides(call.InputShape(1), result), 0];
        var walk = new StridedWalk(sizes, strideA, strideB, new int[sizes.Length]);
        for (int i = 0; i < y.Length; i++, walk.NextRow()) { y[i] = a[walk.Left] == b[walk.Right] ? (byte)1 : (byte)0; }
    }
}
