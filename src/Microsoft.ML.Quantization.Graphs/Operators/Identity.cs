using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x. ONNX Identity, opset 9 to 28.</summary>
internal sealed class Identity() : CopyOperator(new("Identity", 9, 1, 1), BufferLayout.Any)
{
    public override ImmutableArray<TensorFact> Infer(InferenceSite site) => [site.Input(0)];
}
