using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Finds products of codes whose ranges are found in the run, as <see cref="ModelQuantizer.QuantizeDynamic"/> and ONNX Runtime's quantizer write them. The decision
/// does not depend on the engine.
/// </summary>
internal static class DynamicGroups
{
    private const string Name = "IntegerCalls";

    /// <summary>The groups by their last node, and a note for each product.</summary>
    public static (Dictionary<Node, CollapsedGroup> Groups, ImmutableArray<PassNote> Notes) Find(Graph graph)
    {
        var groups = new Dictionary<Node, CollapsedGroup>(ReferenceEqualityComparer.Instance);
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node node in graph.Nodes.Where(node => node is { Domain: "", Operator: "MatMulInteger" or "ConvInteger" }))
        {
            (DynamicGroup? group, string? reason) = Match(graph, node);
            if (group is not null) { groups[group.Last] = group; }
            notes.Add(new(Name, node.Name, group is not null, group is not null ? $"{node.Operator} runs in integers, with the conversions around it in one call" : $"{node.Operator} runs in integers with the conversions around it apart: {reason}"));
        }
        return (groups, notes.ToImmutable());
    }

    private static (DynamicGroup?, string?) Match(Graph graph, Node node)
    {
        bool conv = node.Operator == "ConvInteger";
        if (graph.Constant(node.Inputs[1]) is not { } weights || weights.Length == 0 || (!conv && weights.Shape.Rank != 2)) { return (null, "its weights are not a constant matrix or kernel"); }
        if (graph.Producer(node.Inputs[0]) is not { Operator: "DynamicQuantizeLinear" } quantize || quantize.Outputs.Length < 3 || !node.HasInput(2)
            || node.Inputs[0] != quantize.Outputs[0] || node.Inputs[2] != quantize.Outputs[2]) { return (null, "its input does not come from DynamicQuantizeLinear"); }
        if (Rewriting.OnlyReader(graph, node, "Cast") is not { } cast || graph.Fact(cast.Output).Type != ElementType.Float32 || Rewriting.OnlyReader(graph, cast, "Mul") is not { } scaled) { return (null, "its sums are not cast to float and scaled"); }
        int axis = conv ? 0 : 1, outputs = weights.Shape[axis], behind = conv ? weights.Shape.Rank - 2 : 0;
        if (Scales(graph, quantize, Other(scaled, cast.Output), outputs, behind) is not { } scales) { return (null, "its sums are not multiplied by the input's scale and a constant of the weights"); }
        if (ZeroPoints(graph, node, outputs) is not { } zeroPoints) { return (null, "the zero points of its weights are not constants, one or one for each output"); }

        Node last = scaled;
        float[] bias = [.. Enumerable.Repeat(-0f, outputs)];
        if (Rewriting.OnlyReader(graph, scaled, "Add") is { } add && PerOutput(graph.Constant(Other(add, scaled.Output)), outputs, behind) is { } constant)
        {
            (last, bias) = (add, constant.Length == 1 ? [.. Enumerable.Repeat(constant[0], outputs)] : constant);
        }
        var map = new QuantizationParameters([.. zeroPoints.Select(_ => 1f)], zeroPoints, zeroPoints.Length == 1 ? null : axis, weights.Type == ElementType.UInt8 ? ElementType.QUInt8 : ElementType.QInt8);
        ConvolutionForm form = conv
            ? new(Window(weights.Shape), weights.Shape[1], outputs, ChannelAxis: 0)
            : new(ConvolutionWindow.None, weights.Shape[0], outputs, ChannelAxis: 1, InputFirst: true);
        short[] centered = form.Order<short>(CenteredWeights.Of(weights.Bytes, weights.Shape, map));
        int depth = centered.Length / outputs;
        for (int n = 0; n < outputs; n++)
        {
            long reach = 0;
            foreach (short weight in centered.AsSpan(n * depth, depth)) { reach += Math.Abs((int)weight) * byte.MaxValue; }
            if (reach > int.MaxValue) { return (null, $"output {n} can reach {reach}, which does not fit 32 bits"); }
        }
        return (new(node, last, quantize.Inputs[0], weights.Shape, [.. centered], outputs, [.. scales], [.. bias]), null);
    }

    // Only the number of taps matters to the order of weights.
    private static ConvolutionWindow Window(Shape weights)
    {
        ReadOnlySpan<int> kernel = weights.Sizes.AsSpan()[2..];
        ImmutableArray<int> ones = [.. Enumerable.Repeat(1, kernel.Length)], zeros = [.. Enumerable.Repeat(0, kernel.Length)];
        return new([.. kernel], ones, ones, zeros, zeros);
    }

    private static string Other(Node node, string input) => node.Inputs[0] == input ? node.Inputs[1] : node.Inputs[0];

    private static float[]? Scales(Graph graph, Node quantize, string value, int outputs, int behind) =>
        graph.Producer(value) is { Operator: "Mul", Domain: "" } mul && mul.Inputs.Contains(quantize.Outputs[1]) ? PerOutput(graph.Constant(Other(mul, quantize.Outputs[1])), outputs, behind) : null;

    private static ImmutableArray<int>? ZeroPoints(Graph graph, Node node, int outputs)
    {
        if (!node.HasInput(3)) { return [0]; }
        if (graph.Constant(node.Inputs[3]) is not { } zeros || (zeros.Length != 1 && zeros.Length != outputs) || zeros.Shape.Rank > 1) { return null; }
        return [.. zeros.Bytes.ToArray().Select(zero => zeros.Type == ElementType.UInt8 ? zero : (int)(sbyte)zero)];
    }

    /// <summary>One number, or one for each output channel with <paramref name="behind"/> axes behind; null for anything else.</summary>
    private static float[]? PerOutput(Tensor? tensor, int outputs, int behind)
    {
        if (tensor is not { Type: ElementType.Float32 }) { return null; }
        int axis = tensor.Shape.Rank - 1 - behind;
        bool fits = tensor.Length == 1 ? tensor.Shape.Rank <= behind + 2 : axis is 0 or 1 && tensor.Length == outputs && tensor.Shape[axis] == outputs;
        return fits ? tensor.AsSpan<float>().ToArray() : null;
    }
}
