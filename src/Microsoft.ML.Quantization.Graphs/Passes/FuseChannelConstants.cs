using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Conv, ConvTranspose or Gemm → Add, Sub, Mul or Div with one constant for each channel (or one for all) becomes one operator, as
/// exporters without a bias of their own write it, and normalizations spelled out:
/// <code>
/// (x∗W + b) + c = x∗W + (b + c)
/// (x∗W + b) · c = x∗(W·c) + b·c
/// </code>
/// </summary>
/// <remarks>
/// The sums before the constant are then never quantized. The fused node keeps its name and writes the value that the other wrote.
/// </remarks>
public sealed class FuseChannelConstants(OperatorList? operators = null) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => nameof(FuseChannelConstants);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (string name in graph.Nodes.Where(node => node is { Operator: "Add" or "Sub" or "Mul" or "Div", Domain: "", Inputs.Length: 2 }).Select(node => node.Name).ToArray())
        {
            Node node = graph.Node(name);
            int side = graph.Producer(node.Inputs[0]) is not null ? 0 : 1;
            if (graph.Producer(node.Inputs[side]) is not { Operator: "Conv" or "ConvTranspose" or "Gemm", Domain: "" } producer || !Rewriting.TryFloats(graph, node, 1 - side, out Tensor? constant)) { continue; }
            // c − y and c / y are no bias and no factor.
            if (side == 1 && node.Operator is "Sub" or "Div") { continue; }
            string? reason = Decline(graph, producer, node, constant);
            if (reason is null) { graph = Fuse(graph, producer, node, constant); }
            notes.Add(new(Name, name, reason is null, reason ?? $"folded into {producer}"));
        }
        return new(graph, notes.ToImmutable());
    }

    private static string? Decline(Graph graph, Node producer, Node node, Tensor constant)
    {
        if (node.Attributes.Contains(Node.Activation) && node.Operator is "Mul" or "Div") { return $"{node} has an activation of its own behind it"; }
        if (producer.Attributes.Contains(Node.Activation)) { return $"{producer} has an activation behind it, which does not commute with {node.Operator}"; }
        if (Rewriting.WhyNotOnlyReader(graph, producer) is { } read) { return read; }
        if (!Rewriting.TryFloats(graph, producer, 1, out Tensor? weight)) { return $"the weights of {producer} are not a float32 constant"; }
        int channels = Rewriting.OutputChannels(producer, weight);
        if (producer.HasInput(2) && (!Rewriting.TryFloats(graph, producer, 2, out Tensor? bias) || (bias.Length != 1 && !IsOfChannels(bias, channels, bias.Shape.Rank - 1)))) { return $"the bias of {producer} is not a float32 constant of {channels} elements"; }
        if (producer.Operator == "Gemm" && (producer.Attributes.Float("alpha", 1f) != 1f || producer.Attributes.Float("beta", 1f) != 1f)) { return $"{producer} has factors of its own"; }
        // Aligned at the last axis: the channels are axis 1 of the result.
        int axis = constant.Shape.Rank - graph.Fact(producer.Output).Rank + 1;
        if (constant.Shape.Rank > graph.Fact(producer.Output).Rank || (constant.Length != 1 && !IsOfChannels(constant, channels, axis))) { return $"'{node.Inputs[0]}' and '{node.Inputs[1]}' do not meet as one constant for each of {channels} channels"; }
        return Rewriting.AllFinite(constant) && (node.Operator != "Div" || HasReciprocals(constant)) ? null : "its constant is not finite or divides by 0 or nearly 0";
    }

    // The reciprocal of a number below the normal ones may be infinite.
    private static bool HasReciprocals(Tensor constant)
    {
        foreach (float divisor in constant.AsSpan<float>())
        {
            if (!float.IsFinite(1f / divisor)) { return false; }
        }
        return true;
    }

    private static bool IsOfChannels(Tensor constant, int channels, int axis) => axis >= 0 && constant.Shape[axis] == channels && constant.Length == channels;

    private Graph Fuse(Graph graph, Node producer, Node node, Tensor constant)
    {
        Tensor weight = graph.Constant(producer.Inputs[1])!;
        Tensor? bias = producer.HasInput(2) ? graph.Constant(producer.Inputs[2]) : null;
        bool scales = node.Operator is "Mul" or "Div";
        float[] fused = new float[Rewriting.OutputChannels(producer, weight)], factors = new float[fused.Length];
        for (int channel = 0; channel < fused.Length; channel++)
        {
            float own = bias is null ? 0f : bias.AsSpan<float>()[bias.Length == 1 ? 0 : channel], other = constant.AsSpan<float>()[constant.Length == 1 ? 0 : channel];
            factors[channel] = node.Operator == "Div" ? 1f / other : other;
            fused[channel] = node.Operator switch { "Add" => own + other, "Sub" => own - other, "Mul" => own * other, _ => own / other };
        }
        var builder = new GraphBuilder(graph);
        string weights = scales ? builder.AddConstant(builder.Unique(producer.Inputs[1] + "_scaled"), FuseBatchNormalization.Scale(producer, weight, factors)) : producer.Inputs[1];
        ImmutableArray<string> inputs = scales && bias is null ? [producer.Inputs[0], weights] : [producer.Inputs[0], weights, builder.AddConstant(builder.Unique(producer.Name + "_bias"), Tensor.Create(fused))];
        NodeAttributes attributes = producer.Attributes;
        foreach ((string key, object value) in node.Attributes) { attributes = attributes.With(key, value); }
        builder.Remove(node);
        builder.Replace(producer, producer with { Inputs = inputs, Outputs = node.Outputs, Attributes = attributes });
        return builder.Build(operators);
    }
}
