using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// The elements on and above diagonal k of each matrix (below with <c>upper = 0</c>), 0 elsewhere. ONNX Trilu, opset 14 to 28, any element type.
/// </summary>
internal sealed class Trilu : IOperator
{
    public OperatorSchema Schema { get; } = new("Trilu", 14, 1, 2);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        if (site.OptionalInput(1) is not null && Axes.Product(site.Input(1, ElementType.Int64).Dimensions) is not { Size: null or 1 }) { throw site.Refuse($"its diagonal (input 1) is {site.Input(1)}; expected one number"); }
        return [site.Input(0).WithRank(site, 0, 2, int.MaxValue)];
    }

    public void Forward(StepCall call)
    {
        Shape shape = call.InputShape(0);
        bool upper = call.Attributes.Int("upper", 1) != 0;
        long k = call.HasInput(1) ? call.Input<long>(1)[0] : 0;
        int rows = shape[shape.Rank - 2], columns = shape[shape.Rank - 1], size = call.InputType(0).SizeInBytes();
        ReadOnlySpan<byte> x = call.Input<byte>(0);
        Span<byte> y = call.Output<byte>(0);
        for (int i = 0; i < shape.Length; i++)
        {
            long above = (Int128)(i % columns) - i / columns % rows - k is var place && place > 0 ? 1 : place < 0 ? -1 : 0;
            if (above == 0 || above > 0 == upper) { x.Slice(i * size, size).CopyTo(y[(i * size)..]); }
            else { y.Slice(i * size, size).Clear(); }
        }
    }
}
