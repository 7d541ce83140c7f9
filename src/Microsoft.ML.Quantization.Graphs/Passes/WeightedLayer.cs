namespace Microsoft.ML.Quantization.Graphs;

/// <summary>A Conv or Gemm with constant float weights, whose channels a pass may scale.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Weight">Its weights.</param>
/// <param name="Bias">Its bias, one number for each output channel; null without one.</param>
/// <param name="OutputAxis">Axis of the weights that counts output channels.</param>
/// <param name="InputAxis">Axis of the weights that counts input channels.</param>
internal sealed record WeightedLayer(Node Node, Tensor Weight, Tensor? Bias, int OutputAxis, int InputAxis)
{
    /// <summary>Whether a node is of a kind that equalization handles.</summary>
    public static bool IsCandidate(Node node) => node.Operator is "Conv" or "Gemm";

    /// <summary>The layer of a node, or why its weights cannot be scaled.</summary>
    public static (WeightedLayer? Layer, string? Reason) Of(Graph graph, Node node)
    {
        if (!IsCandidate(node)) { return (null, $"{node} is neither a Conv nor a Gemm"); }
        if (!Rewriting.TryFloats(graph, node, 1, out Tensor? weight)) { return (null, $"the weights of {node} are not a float32 constant"); }
        if (graph.Consumers(node.Inputs[1]).Length > 1) { return (null, $"the weights of {node} belong to other nodes as well"); }
        Tensor? bias = null;
        if (node.HasInput(2))
        {
            if (!Rewriting.TryFloats(graph, node, 2, out bias)) { return (null, $"the bias of {node} is not a float32 constant"); }
            if (graph.Consumers(node.Inputs[2]).Length > 1) { return (null, $"the bias of {node} belongs to other nodes as well"); }
            int channels = Rewriting.OutputChannels(node, weight);
            if (bias.Length != channels) { return (null, $"the bias of {node} has {bias.Length} elements; expected one for each of {channels} channels"); }
        }
        bool outputFirst = node.Operator == "Conv" || node.Attributes.Int("transB", 0) != 0;
        return (new(node, weight, bias, outputFirst ? 0 : 1, outputFirst ? 1 : 0), null);
    }

    /// <summary>Why the output channels cannot take factors, which must pass through the activation; null when they can.</summary>
    public string? WhyNotOutputs() => Node.Attributes.String(Node.Activation, "") is not ("" or "Relu")
        ? $"{Node} has an activation that does not commute with scaling" : null;

    /// <summary>Why the input channels cannot take factors; null when they can.</summary>
    public string? WhyNotInputs() => Node.Attributes.Int("group", 1) != 1 ? $"{Node} has groups; its weights do not hold all input channels on one axis"
        : Node.Operator == "Gemm" && Node.Attributes.Int("transA", 0) != 0 ? $"{Node} transposes its input" : null;

    /// <summary>Whether each filter reads one channel only, so that the axis of output channels counts input channels too.</summary>
    public bool IsDepthwise => Node.Operator == "Conv" && Node.Attributes.Int("group", 1) is > 1 and var groups && Weight.Shape[1] == 1 && Weight.Shape[0] % groups == 0;

    /// <summary>With output channels multiplied: rows of the weights and the bias.</summary>
    public WeightedLayer ScaleOutputs(ReadOnlySpan<float> factors) => this with
    {
        Weight = ChannelScaling.Scale(Weight, OutputAxis, factors),
        Bias = Bias is null ? null : ChannelScaling.Scale(Bias.Reshape(new Shape(Bias.Length)), 0, factors).Reshape(Bias.Shape),
    };

    /// <summary>With input channels multiplied: columns of the weights, or filters where each reads one channel.</summary>
    public WeightedLayer ScaleInputs(ReadOnlySpan<float> factors)
    {
        if (!IsDepthwise) { return this with { Weight = ChannelScaling.Scale(Weight, InputAxis, factors) }; }
        float[] each = new float[Weight.Shape[0]];
        for (int o = 0; o < each.Length; o++) { each[o] = factors[o / (each.Length / factors.Length)]; }
        return this with { Weight = ChannelScaling.Scale(Weight, 0, each) };
    }

    /// <summary>Puts the constants into a graph under their old names.</summary>
    public void Write(GraphBuilder builder)
    {
        builder.AddConstant(Node.Inputs[1], Weight);
        if (Bias is not null) { builder.AddConstant(Node.Inputs[2], Bias); }
    }
}
