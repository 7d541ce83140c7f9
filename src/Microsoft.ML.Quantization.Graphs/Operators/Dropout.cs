using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>y = x: inference keeps every element. ONNX Dropout, opset 9 to 21, without training mode and without the mask.</summary>
internal sealed class Dropout() : CopyOperator(new("Dropout", 9, 1, 3, MaxOutputs: 2), BufferLayout.Any)
{
    public override ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        site.Unsupported(site.Node.Outputs.Length > 1 && site.Node.Outputs[1].Length > 0, "the mask output", "export the model for inference");
        bool inference = site.OptionalInput(2) is null || (site.Constant(2) is { Length: 1 } mode && mode.Bytes[0] == 0);
        site.Unsupported(!inference, "training mode", "export the model for inference");
        return [site.Input(0)];
    }
}
