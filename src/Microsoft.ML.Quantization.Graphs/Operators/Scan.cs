using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Runs <c>body</c> (states, slices → states, scanned values) once for each slice of the scanned inputs along an axis of each, from either
/// end; scanned values are stacked along an axis of each. ONNX Scan, opset 9 to 28.
/// </summary>
internal sealed class Scan : IValueOperator
{
    public OperatorSchema Schema { get; } = new("Scan", 9, 1, int.MaxValue, MaxOutputs: int.MaxValue);

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        (int states, int scanned, int captured) = Counts(site.Node);
        if (states < 0 || scanned < 1) { throw site.Refuse($"num_scan_inputs is {scanned} of {site.Node.Inputs.Length - captured} inputs; expected 1 or more"); }
        TensorFact[] carried = [.. Enumerable.Range(0, states).Select(site.Input)];
        TensorFact[] slices = [.. Enumerable.Range(0, scanned).Select(i => Without(site.Input(states + i), site.Axis(Setting(site.Node, "scan_input_axes", i), site.Input(states + i).Rank)))];
        TensorFact[] outer = [.. Enumerable.Range(states + scanned, captured).Select(site.Input)];
        Graph body;
        for (int round = 0; ; round++)
        {
            body = Subgraphs.With(site, "body", [.. carried, .. slices, .. outer]);
            if (body.Outputs.Length < states) { throw site.Refuse($"its body gives {body.Outputs.Length} values; expected {states} states and more"); }
            TensorFact[] next = [.. carried.Select((value, i) => Subgraphs.Either(site, value, body.Outputs[i].Fact))];
            if (next.SequenceEqual(carried)) { break; }
            carried = round < 3 ? next : [.. next.Select(value => value.Opened())];
        }
        return [.. carried, .. body.Outputs.Skip(states).Select((output, i) => output.Fact with
        {
            Dimensions = output.Fact.Dimensions.Insert(site.Axis(Setting(site.Node, "scan_output_axes", i), output.Fact.Rank + 1), Dimension.Unknown),
        })];
    }

    public ImmutableArray<Tensor> Evaluate(Node node, ImmutableArray<Tensor?> inputs)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(node.Attributes.GraphValue("body")!);
        return Run(node, plan, inputs);
    }

    public Step Bind(BindSite site)
    {
        (int states, int scanned, _) = Counts(site.Node);
        Graph body = site.Node.Attributes.GraphValue("body")!;
        IEnumerable<TensorFact> carried = Enumerable.Range(0, states).Select(i => site.Node.Outputs[i].Length > 0 ? site.Outputs[i] : body.Inputs[i].Fact.Opened());
        IEnumerable<TensorFact> slices = Enumerable.Range(0, scanned).Select(i => Without(site.Inputs[states + i]!, Axes.FromFront(Setting(site.Node, "scan_input_axes", i), site.Inputs[states + i]!.Rank)));
        return new ScanStep(site.Node, Subgraphs.Bind(body, site, [.. carried, .. slices, .. site.Inputs.Skip(states + scanned).Select(fact => fact!)]));
    }

    private static ImmutableArray<Tensor> Run(Node node, ExecutionPlan plan, ImmutableArray<Tensor?> inputs)
    {
        (int states, int scanned, _) = Counts(node);
        ImmutableArray<Tensor> carried = [.. inputs.Take(states).Select(value => value!)], outer = [.. inputs.Skip(states + scanned).Select(value => value!)];
        Tensor[] sequences = [.. inputs.Skip(states).Take(scanned).Select(value => value!)];
        int[] axes = [.. sequences.Select((sequence, i) => Axes.FromFront(Setting(node, "scan_input_axes", i), sequence.Shape.Rank))];
        int length = sequences[0].Shape[axes[0]];
        if (sequences.Where((sequence, i) => sequence.Shape[axes[i]] != length).Any()) { throw new QuantizationException($"{node} scans inputs of different lengths; expected {length} slices of each."); }
        List<Tensor>[] stacks = [.. Enumerable.Range(0, plan.Graph.Outputs.Length - states).Select(_ => new List<Tensor>())];
        long stacked = 0;
        for (int step = 0; step < length; step++)
        {
            IEnumerable<Tensor> slices = sequences.Select((sequence, i) => Slice(sequence, axes[i], Setting(node, "scan_input_directions", i) != 0 ? length - 1 - step : step));
            ImmutableArray<Tensor> results = plan.Run([.. carried, .. slices, .. outer]);
            carried = results[..states];
            stacked += results.Skip(states).Sum(result => (long)result.Bytes.Length);
            if (stacked > Subgraphs.MostStacked) { throw Subgraphs.StackedTooMuch(node, step + 1); }
            for (int i = 0; i < stacks.Length; i++) { stacks[i].Insert(Setting(node, "scan_output_directions", i) != 0 ? 0 : step, results[states + i]); }
        }
        return [.. carried, .. stacks.Select((stack, i) => Stack(node, stack, plan.Graph.Outputs[states + i].Fact, Setting(node, "scan_output_axes", i)))];
    }

    private static Tensor Slice(Tensor sequence, int axis, int index)
    {
        Shape shape = sequence.Shape;
        int inner = shape.Count(axis + 1, shape.Rank) * sequence.Type.SizeInBytes();
        var slice = new Tensor(sequence.Type, new Shape(shape.Sizes.RemoveAt(axis).AsSpan()));
        for (int outer = 0; outer < shape.Count(0, axis); outer++) { sequence.Bytes.Slice((outer * shape[axis] + index) * inner, inner).CopyTo(slice.Bytes[(outer * inner)..]); }
        return slice;
    }

    private static Tensor Stack(Node node, List<Tensor> slices, TensorFact fact, long axis)
    {
        ImmutableArray<int> sizes = slices.Count > 0 ? slices[0].Shape.Sizes : [.. fact.Dimensions.Select(size => size.Size ?? 0)];
        if (slices.Any(slice => slice.Shape != slices[0].Shape)) { throw new QuantizationException($"{node} scans values of different shapes; expected one shape in every step."); }
        int at = Axes.FromFront(axis, sizes.Length + 1);
        var result = new Tensor(fact.Type, new Shape(sizes.Insert(at, slices.Count).AsSpan()));
        int inner = result.Shape.Count(at + 1, result.Shape.Rank) * fact.Type.SizeInBytes();
        for (int i = 0; i < slices.Count; i++)
        {
            for (int outer = 0; outer < result.Shape.Count(0, at); outer++) { slices[i].Bytes.Slice(outer * inner, inner).CopyTo(result.Bytes[((outer * slices.Count + i) * inner)..]); }
        }
        return result;
    }

    private static (int States, int Scanned, int Captured) Counts(Node node)
    {
        int captured = Subgraphs.CapturedCount(node), scanned = (int)Math.Clamp(node.Attributes.Int("num_scan_inputs"), 0, int.MaxValue);
        return (node.Inputs.Length - captured - scanned, scanned, captured);
    }

    private static long Setting(Node node, string name, int index) => node.Attributes.Ints(name) is { } list && index < list.Length ? list[index] : 0;

    private static TensorFact Without(TensorFact fact, int axis) => fact with { Dimensions = fact.Dimensions.RemoveAt(axis) };

    private sealed class ScanStep(Node node, ExecutionPlan body) : ValueStep
    {
        public override ImmutableArray<Tensor> Compute(ImmutableArray<Tensor?> inputs) => Scan.Run(node, body, inputs);
    }
}
