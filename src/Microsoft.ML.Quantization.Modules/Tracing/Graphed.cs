using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Runs what writes nodes: on tensors by a bound graph, on values of a graph by adding to it.</summary>
internal static class Graphed
{
    /// <param name="what">Who computes, for messages.</param>
    /// <param name="values">Inputs.</param>
    /// <param name="write">Writes the nodes.</param>
    /// <param name="plan">The bound graph for inputs of given facts.</param>
    public static ImmutableArray<Value> Run(object what, ImmutableArray<Value> values, Func<NodeWriter, ImmutableArray<string>, ImmutableArray<string>> write, Func<ImmutableArray<TensorFact>, ExecutionPlan> plan)
    {
        if (values.FirstOrDefault(value => value.IsTraced)?.Traced is { } traced)
        {
            var writer = new NodeWriter(traced.Trace);
            return [.. write(writer, [.. values.Select(traced.Trace.Real)]).Select(name => new Value(new TracedValue(traced.Trace, name)))];
        }
        if (values.FirstOrDefault(value => value.IsQuantized) is { } codes)
        {
            throw new QuantizationException($"{what} was given codes, {codes}; expected floats. Convert the module, or put a {nameof(DeQuantStub)} before it.");
        }
        ImmutableArray<Tensor> tensors = [.. values.Select(value => value.ToTensor())];
        return [.. plan([.. tensors.Select(tensor => new TensorFact(tensor.Type, tensor.Shape))]).Run(tensors).Select(Value.FromTensor)];
    }
}
