using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Computes the outputs of a node whose inputs are all constants.</summary>
internal static class ConstantEvaluator
{
    /// <summary>The outputs in order; an output that is not wanted has no tensor.</summary>
    /// <param name="node">The node.</param>
    /// <param name="op">Its operator.</param>
    /// <param name="inputs">Values of the inputs; null for one left out.</param>
    /// <param name="outputs">Facts of the outputs, with all sizes known but for operators that find them out.</param>
    public static ImmutableArray<Tensor> Evaluate(Node node, IOperator op, ImmutableArray<Tensor?> inputs, ImmutableArray<TensorFact> outputs)
    {
        if (op is IValueOperator values) { return values.Evaluate(node, inputs); }
        ImmutableArray<(ElementType Type, Shape Shape)> results = [.. outputs.Take(node.Outputs.Length).Select(fact => (fact.Type, fact.ToShape()))];
        var call = new StepCall(node, EngineList.Reference, [.. inputs.Select(input => input is null ? ((ElementType, Shape)?)null : (input.Type, input.Shape))], results, BufferLayout.RowMajor);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is { } input) { call.SetInput(i, input.Bytes.ToArray()); }
        }
        byte[][] buffers = [.. results.Select(result => new byte[(long)result.Shape.Length * result.Type.SizeInBytes()])];
        for (int i = 0; i < buffers.Length; i++) { call.SetOutput(i, buffers[i]); }
        op.Forward(call);
        return [.. results.Select((result, i) => new Tensor(result.Type, result.Shape, buffers[i]))];
    }
}
