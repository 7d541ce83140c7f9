using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Diagnostics;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Takes the mean error of each quantized layer out of its bias.
/// <code>
/// err[c] = mean over all rows and pixels of (q − f)     q: output of the quantized operator, f: of its float twin on the same inputs
/// b'[c]  = b[c] − err[c]
/// </code>
/// Layer after layer in the order of the graph: each correction changes the inputs of the layers behind it, so the data is run again for every
/// layer.
/// </summary>
/// <remarks>
/// PyTorch intends the same, but QNNPACK goes on with the bias it packed at its first run, so that all of its errors are those of the
/// uncorrected model; <c>sequential: false</c> gives these numbers.
/// Biases start from the float graph and are quantized again at the end of each step where the graph holds int32 codes; floats, as quantizers leave them, stay floats. A layer without a bias is
/// left alone, as in PyTorch. Source: PyTorch <c>torch.ao.ns._correct_bias.bias_correction</c>.
/// </remarks>
public static class BiasCorrection
{
    private const string Pass = nameof(BiasCorrection);

    /// <summary>Corrects all biases of a quantized graph.</summary>
    /// <param name="model">The float graph it was made from.</param>
    /// <param name="quantized">The quantized graph; it is not changed.</param>
    /// <param name="batches">Representative data, one tensor for each input of the graph. Read once for every layer.</param>
    /// <param name="sequential">Whether the error of a layer is measured with the layers before it corrected; else that of the given graph.</param>
    /// <param name="options">How the graphs are run.</param>
    /// <exception cref="QuantizationException">The graphs have no node in common, there is no batch, or one does not fit.</exception>
    public static CorrectedBiases Run(Graph model, Graph quantized, IReadOnlyCollection<ImmutableArray<Tensor>> batches, bool sequential = true, ExecutionOptions? options = null)
    {
        options ??= new();
        Graph given = quantized;
        Graph fused = FusionPipeline.Run(model, options.Operators).Graph;
        var corrections = ImmutableArray.CreateBuilder<BiasChange>();
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node node in fused.Nodes)
        {
            if (options.Operators.Find(node, fused.Opset).Traits.BiasInput is not { } at || !Rewriting.TryFloats(fused, node, at, out Tensor? bias)) { continue; }
            Node? dequantize = BiasCodes(quantized, node, at);
            QuantizationParameters? parameters = dequantize is null ? null : QuantizationNodes.Parameters(quantized, dequantize);
            if (parameters is null && !IsFloatBiasOfCodes(quantized, node, at))
            {
                notes.Add(new(Pass, node.Name, false, $"the bias of {node} is not a constant of a quantized layer"));
                continue;
            }
            double[] error = MeanError(fused, sequential ? quantized : given, node.Name, batches, options);
            BiasChange change = new(node.Name, [.. bias.AsSpan<float>()], [.. error.Select((mean, c) => bias.AsSpan<float>()[bias.Length == 1 ? 0 : c] - (float)mean)]);
            corrections.Add(change);
            notes.Add(new(Pass, node.Name, true, $"mean error of {node}: at most {error.Max(Math.Abs):G3}; taken out of its bias"));
            Tensor after = Tensor.Create<float>(change.After.AsSpan(), new Shape(change.After.Length));
            quantized = parameters is null ? Write(quantized, node, at, after, options.Operators) : Write(quantized, node, at, dequantize!, after, parameters, options.Operators);
        }
        return new(quantized, corrections.ToImmutable(), notes.ToImmutable());
    }

    private static Node? BiasCodes(Graph quantized, Node node, int input) =>
        quantized.Nodes.FirstOrDefault(candidate => candidate.Name == node.Name && candidate.Operator == node.Operator) is { } twin && twin.HasInput(input)
        && quantized.Producer(twin.Inputs[input]) is { Operator: QuantizationNodes.Dequantize } dequantize && quantized.Constant(dequantize.Inputs[0]) is not null ? dequantize : null;

    // As quantizers leave it: the engine rounds such a bias itself.
    private static bool IsFloatBiasOfCodes(Graph quantized, Node node, int input) =>
        quantized.Nodes.FirstOrDefault(candidate => candidate.Name == node.Name && candidate.Operator == node.Operator) is { } twin && Rewriting.TryFloats(quantized, twin, input, out _)
        && twin.Inputs.Any(value => quantized.Producer(value) is { Operator: QuantizationNodes.Dequantize } dequantize && quantized.Constant(dequantize.Inputs[0]) is not null);

    private static Graph Write(Graph quantized, Node node, int at, Tensor bias, OperatorList operators)
    {
        var builder = new GraphBuilder(quantized);
        Node twin = quantized.Node(node.Name);
        string corrected = builder.AddConstant(builder.Unique(twin.Inputs[at] + "_corrected"), bias);
        builder.Replace(twin, twin with { Inputs = [.. twin.Inputs.Select((input, i) => i == at ? corrected : input)] });
        return builder.Build(operators);
    }

    private static double[] MeanError(Graph model, Graph quantized, string node, IEnumerable<ImmutableArray<Tensor>> batches, ExecutionOptions options)
    {
        using var run = new ComparisonRun(model, quantized, node, options);
        double[] sums = [];
        long count = 0;
        run.Run(batches, (_, _, reference, approximation) =>
        {
            ChannelLayout layout = ChannelLayout.Of(reference.Shape, 1);
            if (sums.Length == 0) { sums = new double[layout.Channels]; }
            ReadOnlySpan<float> f = reference.AsSpan<float>(), q = approximation.AsSpan<float>();
            for (int i = 0; i < f.Length; i++) { sums[i / layout.Inner % layout.Channels] += (double)q[i] - f[i]; }
            count += (long)layout.Outer * layout.Inner;
        });
        return [.. sums.Select(sum => sum / count)];
    }

    // The codes may belong to several nodes with equal biases, so the corrected ones get a constant and a DequantizeLinear of their own.
    private static Graph Write(Graph quantized, Node node, int at, Node dequantize, Tensor bias, QuantizationParameters parameters, OperatorList operators)
    {
        var builder = new GraphBuilder(quantized);
        Node twin = quantized.Node(node.Name);
        string codes = builder.AddConstant(builder.Unique(dequantize.Inputs[0] + "_corrected"), Quantizer.Quantize(bias, parameters, Rounding.Divide));
        Node reals = builder.Add(dequantize with { Name = builder.Unique(dequantize.Name + "_corrected"), Inputs = [codes, .. dequantize.Inputs.Skip(1)], Outputs = [builder.Unique(dequantize.Output + "_corrected")] });
        builder.Replace(twin, twin with { Inputs = [.. twin.Inputs.Select((input, i) => i == at ? reals.Output : input)] });
        return builder.Build(operators);
    }
}

/// <summary>What <see cref="BiasCorrection"/> returns.</summary>
/// <param name="Graph">The quantized graph with corrected biases.</param>
/// <param name="Changes">The biases as reals, in the order of correction.</param>
/// <param name="Notes">What was done and what was declined.</param>
public sealed record CorrectedBiases(Graph Graph, ImmutableArray<BiasChange> Changes, ImmutableArray<PassNote> Notes);

/// <summary>One bias before and after its correction, one number for each output channel.</summary>
/// <param name="Node">The layer.</param>
/// <param name="Before">The float bias.</param>
/// <param name="After">The corrected one, before it is quantized.</param>
public sealed record BiasChange(string Node, ImmutableArray<float> Before, ImmutableArray<float> After);
