using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Conv, ConvTranspose or Gemm → BatchNormalization becomes one operator.
/// <code>
/// k  = γ / √(σ² + ε)         one factor per output channel
/// W' = W · k
/// b' = (b − μ) · k + β
/// </code>
/// </summary>
/// <remarks>
/// Runs before Prepare, so that observers see the activations the fused model will produce. The fused node keeps its name and writes
/// the value that BatchNormalization wrote. Source: PyTorch <c>fuse_conv_bn_weights</c>, <c>fuse_linear_bn_weights</c>.
/// </remarks>
public sealed class FuseBatchNormalization(OperatorList? operators = null) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => nameof(FuseBatchNormalization);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node candidate in graph.Nodes.Where(node => node.Operator == "BatchNormalization"))
        {
            if (graph.Producer(candidate.Inputs[0]) is not { Operator: "Conv" or "ConvTranspose" or "Gemm" } producer) { continue; }
            string? reason = Decline(graph, producer, candidate);
            if (reason is null) { graph = Fuse(graph, producer, candidate); }
            notes.Add(new(Name, candidate.Name, reason is null, reason ?? $"folded into the weights of {producer}"));
        }
        return new(graph, notes.ToImmutable());
    }

    private static string? Decline(Graph graph, Node producer, Node norm)
    {
        if (Rewriting.WhyNotOnlyReader(graph, producer) is { } read) { return read; }
        if (norm.Outputs.Skip(1).Any(output => output.Length > 0) || norm.Attributes.Int("training_mode", 0) != 0)
        {
            return $"{norm} is in training mode; its statistics change with every batch";
        }
        if (producer.Attributes.Contains(Node.Activation)) { return $"{producer} has an activation behind it, which does not commute with scaling"; }
        for (int input = 1; input <= 4; input++)
        {
            if (!Rewriting.TryFloats(graph, norm, input, out _)) { return $"{norm} takes its statistics from '{norm.Inputs[input]}', which is not a float32 constant"; }
        }
        if (FirstInvalidVariance(graph, norm) is { } invalid) { return $"the variance of channel {invalid} of {norm} is {graph.Constant(norm.Inputs[4])!.AsSpan<float>()[invalid]}; expected 0 or more"; }
        if (!Rewriting.TryFloats(graph, producer, 1, out Tensor? weight)) { return $"the weights of {producer} are not a float32 constant"; }
        if (producer.HasInput(2) && !Rewriting.TryFloats(graph, producer, 2, out _)) { return $"the bias of {producer} is not a float32 constant"; }
        int channels = Rewriting.OutputChannels(producer, weight);
        for (int input = 1; input <= 4; input++)
        {
            if (graph.Constant(norm.Inputs[input])!.Length is int found && found != channels) { return $"{norm} has {found} channels; {producer} gives {channels}"; }
        }
        if (producer.HasInput(2) && graph.Constant(producer.Inputs[2])!.Length is int length && length != channels && length != 1)
        {
            return $"the bias of {producer} has {length} elements; expected one for each of {channels} channels";
        }
        return null;
    }

    private Graph Fuse(Graph graph, Node producer, Node norm)
    {
        ReadOnlySpan<float> gamma = Values(1), beta = Values(2), mean = Values(3), variance = Values(4);
        Tensor weight = graph.Constant(producer.Inputs[1])!;
        Tensor? bias = producer.HasInput(2) ? graph.Constant(producer.Inputs[2]) : null;
        // A Gemm's own factors go into the constants with the rest: y = α·x·W + β·b.
        bool gemm = producer.Operator == "Gemm";
        float alpha = gemm ? producer.Attributes.Float("alpha", 1f) : 1f, biasFactor = gemm ? producer.Attributes.Float("beta", 1f) : 1f;
        float epsilon = norm.Attributes.Float("epsilon", 1e-5f);

        // In float32 and in PyTorch's order of operations (linear layers have another one than convolutions), so that the constants are those that PyTorch stores.
        float[] factors = new float[gamma.Length], fused = new float[gamma.Length];
        for (int channel = 0; channel < factors.Length; channel++)
        {
            float inverse = 1f / MathF.Sqrt(variance[channel] + epsilon);
            float offset = bias is null ? 0f : bias.AsSpan<float>()[bias.Length == 1 ? 0 : channel] * biasFactor;
            float centred = offset - mean[channel];
            fused[channel] = (gemm ? centred * (inverse * gamma[channel]) : centred * inverse * gamma[channel]) + beta[channel];
            factors[channel] = gamma[channel] * inverse * alpha;
        }

        var builder = new GraphBuilder(graph);
        string name = builder.AddConstant(builder.Unique(producer.Inputs[1] + "_bn"), Scale(producer, weight, factors));
        string biasName = builder.AddConstant(builder.Unique(producer.HasInput(2) ? producer.Inputs[2] + "_bn" : producer.Name + "_bias"), Tensor.Create(fused));
        NodeAttributes attributes = gemm ? producer.Attributes.With("alpha", 1f).With("beta", 1f) : producer.Attributes;
        builder.Remove(norm);
        builder.Replace(producer, producer with { Inputs = [producer.Inputs[0], name, biasName], Outputs = [norm.Outputs[0]], Attributes = attributes });
        return builder.Build(operators);

        ReadOnlySpan<float> Values(int input) => graph.Constant(norm.Inputs[input])!.AsSpan<float>();
    }

    private static int? FirstInvalidVariance(Graph graph, Node norm)
    {
        ReadOnlySpan<float> variance = graph.Constant(norm.Inputs[4])!.AsSpan<float>();
        for (int channel = 0; channel < variance.Length; channel++)
        {
            if (!(variance[channel] + norm.Attributes.Float("epsilon", 1e-5f) > 0)) { return channel; }
        }
        return null;
    }

    /// <summary>Weights times one factor for each channel that they give.</summary>
    /// <remarks>ConvTranspose holds weights as (in, out / groups, …): row r belongs to group r / (in / groups).</remarks>
    internal static Tensor Scale(Node producer, Tensor weight, float[] factors)
    {
        int rows = weight.Shape[0], columns = weight.Shape[1], rest = rows * columns == 0 ? 0 : weight.Length / rows / columns;
        int rowsOfGroup = producer.Operator == "ConvTranspose" ? Math.Max(1, rows / Groups(producer)) : 1;
        bool byRow = producer.Operator == "Conv" || producer.Operator == "Gemm" && TransposesWeight(producer);
        var scaled = new Tensor(ElementType.Float32, weight.Shape);
        ReadOnlySpan<float> from = weight.AsSpan<float>();
        Span<float> to = scaled.AsSpan<float>();
        for (int row = 0, i = 0; row < rows; row++)
        {
            int group = producer.Operator == "ConvTranspose" ? row / rowsOfGroup : 0;
            for (int column = 0; column < columns; column++)
            {
                float factor = factors[byRow ? row : group * columns + column];
                for (int end = i + rest; i < end; i++) { to[i] = from[i] * factor; }
            }
        }
        return scaled;
    }

    private static int Groups(Node node) => (int)node.Attributes.Int("group", 1);

    private static bool TransposesWeight(Node gemm) => gemm.Attributes.Int("transB", 0) != 0;
}
