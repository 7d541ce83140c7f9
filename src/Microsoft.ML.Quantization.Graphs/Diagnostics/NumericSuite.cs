using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>
/// Compares a float graph with the quantized graph made from it, node by node. Nodes are matched by name; the float graph is fused first, as
/// quantization fuses it.
/// </summary>
/// <remarks>Source: PyTorch <c>torch.ao.ns._numeric_suite</c> and <c>_numeric_suite_fx</c>.</remarks>
public static class NumericSuite
{
    /// <summary>Weights: the float ones with what their codes mean (PyTorch's <c>compare_weights</c>). Needs no data.</summary>
    /// <exception cref="QuantizationException">The graphs have no node in common.</exception>
    public static Comparison CompareWeights(Graph model, Graph quantized, OperatorList? operators = null)
    {
        operators ??= OperatorList.BuiltIn;
        Graph fused = FusionPipeline.Run(model, operators).Graph;
        return new(ComparisonKind.Weights, [.. MatchedValue.Find(fused, quantized).Select(match => Weights(match, fused, quantized, operators)).OfType<ComparedValue>()]);
    }

    /// <summary>Values of two separate runs (PyTorch's <c>compare_model_outputs</c>, <c>add_loggers</c>): quantized inputs and node outputs.</summary>
    /// <param name="model">The float graph.</param>
    /// <param name="quantized">The graph made from it.</param>
    /// <param name="batches">Data, one tensor for each input of the graph. Read once.</param>
    /// <param name="logger">Shown every pair of tensors.</param>
    /// <param name="options">How the graphs are run.</param>
    /// <exception cref="QuantizationException">The graphs have no node in common, there is no batch, or one does not fit.</exception>
    public static Comparison CompareModelOutputs(Graph model, Graph quantized, IEnumerable<ImmutableArray<Tensor>> batches, IComparisonLogger? logger = null, ExecutionOptions? options = null) =>
        Compare(ComparisonKind.Outputs, model, quantized, batches, logger, options);

    /// <summary>
    /// Values of each quantized operator and of its float twin, which is given the dequantized inputs of the quantized one (PyTorch's
    /// <c>compare_model_stub</c>, <c>add_shadow_loggers</c>): the error that the operator adds by itself.
    /// </summary>
    /// <param name="model">The float graph.</param>
    /// <param name="quantized">The graph made from it.</param>
    /// <param name="batches">Data, one tensor for each input of the graph. Read once.</param>
    /// <param name="logger">Shown every pair of tensors.</param>
    /// <param name="options">How the graphs are run.</param>
    /// <exception cref="QuantizationException">The graphs have no node in common, there is no batch, or one does not fit.</exception>
    public static Comparison CompareModelStub(Graph model, Graph quantized, IEnumerable<ImmutableArray<Tensor>> batches, IComparisonLogger? logger = null, ExecutionOptions? options = null) =>
        Compare(ComparisonKind.Shadows, model, quantized, batches, logger, options);

    /// <summary>The nodes that the fused float graph and the graph made from it have in common, by name and operator (PyTorch's <c>get_matching_subgraph_pairs</c>).</summary>
    /// <exception cref="QuantizationException">The graphs have no node in common.</exception>
    public static ImmutableArray<MatchedNodes> MatchingNodes(Graph model, Graph quantized, OperatorList? operators = null)
    {
        Graph fused = FusionPipeline.Run(model, operators).Graph;
        return [.. MatchedValue.Find(fused, quantized).Where(match => match.Site.Operator != MatchedValue.Input).Select(match => new MatchedNodes(fused.Node(match.Site.Name), quantized.Node(match.Site.Name)))];
    }

    /// <summary>The weights of a node as reals (PyTorch's <c>extract_weight_from_node</c>): its float constant, or what its codes mean.</summary>
    /// <param name="graph">The node's graph, float or quantized.</param>
    /// <param name="node">The node.</param>
    /// <param name="operators">The operators that nodes may name.</param>
    /// <returns>The weights in the layout of the file; null for a node without constant weights.</returns>
    public static Tensor? ExtractWeight(Graph graph, Node node, OperatorList? operators = null) => WeightOf(graph, node, operators ?? OperatorList.BuiltIn).Reals;

    /// <summary>The comparison of one node's weights; null without quantized weights.</summary>
    internal static ComparedValue? Weights(MatchedValue match, Graph model, Graph quantized, OperatorList operators)
    {
        if (match.Site.Operator == MatchedValue.Input) { return null; }
        if (WeightOf(model, model.Node(match.Site.Name), operators) is not (Tensor weight, null)) { return null; }
        if (WeightOf(quantized, quantized.Node(match.Site.Name), operators) is not (Tensor reals, QuantizationParameters parameters)) { return null; }
        return new(match.Site with { Parameters = parameters }, Similarity.Of(weight.AsSpan<float>(), reals.AsSpan<float>()));
    }

    private static (Tensor? Reals, QuantizationParameters? Parameters) WeightOf(Graph graph, Node node, OperatorList operators)
    {
        if (operators.Find(node, graph.Opset).Traits.WeightInput is not { } at || !node.HasInput(at)) { return default; }
        if (Rewriting.TryFloats(graph, node, at, out Tensor? weight)) { return (weight, null); }
        if (graph.Producer(node.Inputs[at]) is not { Operator: QuantizationNodes.Dequantize } dequantize || graph.Constant(dequantize.Inputs[0]) is not { } codes) { return default; }
        return QuantizationNodes.Parameters(graph, dequantize) is { } parameters ? (Dequantizer.Dequantize(codes, parameters), parameters) : default;
    }

    private static Comparison Compare(ComparisonKind kind, Graph model, Graph quantized, IEnumerable<ImmutableArray<Tensor>> batches, IComparisonLogger? logger, ExecutionOptions? options)
    {
        bool shadows = kind == ComparisonKind.Shadows;
        using var run = new ComparisonRun(model, quantized, outputs: !shadows, shadows, options);
        var sums = new Dictionary<ComparedSite, Similarity>(ReferenceEqualityComparer.Instance);
        run.Run(batches, (match, _, reference, approximation) =>
        {
            sums[match.Site] = sums.GetValueOrDefault(match.Site) + Similarity.Of(reference.AsSpan<float>(), approximation.AsSpan<float>());
            logger?.Log(match.Site, reference, approximation);
        });
        return new(kind, [.. run.Matches.Where(match => sums.ContainsKey(match.Site)).Select(match => new ComparedValue(match.Site, sums[match.Site]))]);
    }
}
