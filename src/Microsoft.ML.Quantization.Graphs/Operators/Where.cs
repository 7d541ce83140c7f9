using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x where the condition is true, else the other, with NumPy broadcasting. ONNX Where, opset 9 to 28, any element type.</summary>
internal sealed class Where : IOperator
{
    public OperatorSchema Schema { get; } = new("Where", 9, 3, 3);

    public OperatorTraits Traits { get; } = new() { IsSetting = static index => index == 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact condition = site.Input(0, ElementType.Boolean), x = site.Input(1), other = site.Input(2, x.Type);
        return [new(x.Type, Broadcasting.Combine(site, condition.Dimensions, Broadcasting.Combine(site, x.Dimensions, other.Dimensions)))];
    }

    public void Forward(StepCall call)
    {
        switch (call.InputType(1).SizeInBytes())
        {
            case 1: Run<byte>(call); break;
            case 2: Run<ushort>(call); break;
            case 4: Run<uint>(call); break;
            default: Run<ulong>(call); break;
        }
    }

    private static void Run<T>(StepCall call) where T : unmanaged
    {
        ReadOnlySpan<byte> condition = call.Input<byte>(0);
        ReadOnlySpan<T> x = call.Input<T>(1), other = call.Input<T>(2);
        Span<T> y = call.Output<T>(0);
        int[] at = BroadcastWalk.Offsets(call.InputShape(0), call.OutputShape(0));
        (int[] left, int[] right) = BroadcastWalk.Offsets(call.InputShape(1), call.InputShape(2), call.OutputShape(0));
        for (int i = 0; i < y.Length; i++) { y[i] = condition[at[i]] != 0 ? x[left[i]] : other[right[i]]; }
    }
}
