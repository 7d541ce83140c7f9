using System.Collections.Immutable;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A function of the bits of two whole numbers.</summary>
internal interface IBitFunction
{
    /// <summary>The function's value, with the node's settings.</summary>
    T Value<T>(T left, T right) where T : struct, IBinaryInteger<T>;
}

/// <summary>An operator that combines two tensors of whole numbers element by element, with NumPy broadcasting.</summary>
internal abstract class WholeOperator<TFunction>(OperatorSchema schema) : IOperator where TFunction : struct, IBitFunction
{
    public OperatorSchema Schema => schema;

    /// <summary>The function, with the node's settings.</summary>
    protected abstract TFunction Function(Node node);

    public virtual ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Input(0, NumberTypes.Whole.AsSpan()), b = site.Input(1, a.Type);
        return [new(a.Type, Broadcasting.Combine(site, a.Dimensions, b.Dimensions))];
    }

    public void Forward(StepCall call)
    {
        switch (call.InputType(0))
        {
            case ElementType.Int64: Run<long>(call); break;
            case ElementType.Int32: Run<int>(call); break;
            case ElementType.Int16: Run<short>(call); break;
            case ElementType.Int8: Run<sbyte>(call); break;
            case ElementType.UInt64: Run<ulong>(call); break;
            case ElementType.UInt32: Run<uint>(call); break;
            case ElementType.UInt16: Run<ushort>(call); break;
            default: Run<byte>(call); break;
        }
    }

    private void Run<T>(StepCall call) where T : unmanaged, IBinaryInteger<T>
    {
        TFunction function = Function(call.Node);
        ReadOnlySpan<T> a = call.Input<T>(0), b = call.Input<T>(1);
        Span<T> y = call.Output<T>(0);
        (int[] left, int[] right) = BroadcastWalk.Offsets(call.InputShape(0), call.InputShape(1), call.OutputShape(0));
        for (int i = 0; i < y.Length; i++) { y[i] = function.Value(a[left[i]], b[right[i]]); }
    }
}
