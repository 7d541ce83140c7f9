using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A tensor of one value, in the constant shape given as input. ONNX ConstantOfShape, opset 9 to 28.</summary>
internal sealed class ConstantOfShape : IOperator
{
    public OperatorSchema Schema { get; } = new("ConstantOfShape", 9, 1, 1);

    public OperatorTraits Traits { get; } = new() { IsSetting = static _ => true };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        if (site.IsOpen(0)) { return [SiteChecks.OpenFact(Value(site.Node).Type, site.Count(0, "shape"))]; }
        ImmutableArray<long> shape = site.Setting("shape", 0)!.Value;
        if (shape.Any(size => size is < 0 or > int.MaxValue)) { throw site.Refuse($"its shape is [{string.Join(", ", shape)}]; expected sizes of 0 or more"); }
        Tensor value = Value(site.Node);
        return value.Length == 1 ? [new(value.Type, [.. shape.Select(size => Dimension.Known((int)size))])] : throw site.Refuse($"its value is {value}; expected one element");
    }

    public void Forward(StepCall call)
    {
        ReadOnlySpan<byte> value = Value(call.Node).Bytes;
        Span<byte> y = call.Output<byte>(0);
        if (y.IsEmpty) { return; }
        value.CopyTo(y);
        for (int filled = value.Length; filled < y.Length; filled *= 2) { y[..Math.Min(filled, y.Length - filled)].CopyTo(y[filled..]); }
    }

    private static Tensor Value(Node node) => node.Attributes.TensorValue("value") ?? Tensor.Scalar(0f);
}
