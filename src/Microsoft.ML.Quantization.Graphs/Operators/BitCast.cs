using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The same bits read as the type <c>to</c>, which has as many. ONNX BitCast, opset 26 to 28.</summary>
internal sealed class BitCast : IOperator
{
    public OperatorSchema Schema { get; } = new("BitCast", 26, 1, 1);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        ElementType to = OnnxTypes.Read(site, site.Attributes.Int("to"));
        // Bytes other than 0 and 1 are no bool.
        if (to.SizeInBytes() != x.Type.SizeInBytes() || (to == ElementType.Boolean && x.Type != to)) { throw site.Refuse($"it reads {x} as {to.Name()}; expected a number type of as many bits"); }
        return [x with { Type = to }];
    }

    public void Forward(StepCall call) => call.Input<byte>(0).CopyTo(call.Output<byte>(0));
}
