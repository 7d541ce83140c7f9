using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// MatMul → Add of a constant vector becomes one MatMul with a bias: <c>y = x·W + b</c>, as PyTorch's exporter writes <c>nn.Linear</c> over
/// more than two axes.
/// </summary>
/// <remarks>
/// The product is then never quantized before the bias is added: one rounding less, and one integer call. The bias is float, or int32
/// behind a DequantizeLinear. The fused node keeps the MatMul's name and writes the value that the Add wrote; the sums are the same bits.
/// </remarks>
public sealed class FuseBias(OperatorList? operators = null) : IGraphPass
{
    /// <inheritdoc/>
    public string Name => nameof(FuseBias);

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        var builder = new GraphBuilder(graph);
        foreach (Node add in graph.Nodes.Where(node => node is { Operator: "Add", Domain: "" }))
        {
            int side = Array.FindIndex([.. add.Inputs], input => graph.Producer(input) is { Operator: "MatMul", Domain: "" });
            if (side < 0 || !IsBias(graph, add.Inputs[1 - side], graph.Fact(add.Inputs[side]).Rank)) { continue; }
            Node product = graph.Producer(add.Inputs[side])!;
            string? reason = Decline(graph, product, add, add.Inputs[1 - side]);
            if (reason is null)
            {
                builder.Remove(add);
                string bias = add.Inputs[1 - side];
                if (graph.Fact(bias).Rank > 1) { bias = builder.AddConstant(builder.Unique(bias + "_row"), Row(graph.Constant(bias)!)); }
                builder.Replace(product, product with { Inputs = [product.Inputs[0], product.Inputs[1], bias], Outputs = add.Outputs, Attributes = add.Attributes });
            }
            notes.Add(new(Name, add.Name, reason is null, reason ?? $"fused into {product}"));
        }
        return new(notes.Any(note => note.Applied) ? builder.Build(operators) : graph, notes.ToImmutable());
    }

    // One axis, or axes of size 1 in front of it that do not add any to the result: else there is more than one number for each column.
    private static bool IsBias(Graph graph, string value, int rank) => (graph.Fact(value).Rank <= 1 && (IsFloat(graph.Constant(value))
        || graph.Producer(value) is { Operator: QuantizationNodes.Dequantize } dequantize && graph.Constant(dequantize.Inputs[0]) is { Type: ElementType.Int32 }))
        || (IsFloat(graph.Constant(value)) && graph.Fact(value).Rank <= rank && graph.Constant(value)!.Length == graph.Constant(value)!.Shape.Sizes[^1]);

    private static Tensor Row(Tensor bias) => Tensor.Create(bias.AsSpan<float>(), new Shape(bias.Length));

    private static bool IsFloat(Tensor? constant) => constant is { Type: ElementType.Float32 };

    private static string? Decline(Graph graph, Node product, Node add, string bias)
    {
        if (product.Inputs.Length != 2 || product.Attributes.Contains(Node.Activation)) { return $"{product} has a bias or an activation behind it already"; }
        if (Rewriting.WhyNotOnlyReader(graph, product) is { } read) { return read; }
        TensorFact weights = graph.Fact(product.Inputs[1]);
        bool known = IsFloat(graph.Constant(product.Inputs[1])) || graph.Producer(product.Inputs[1]) is { Operator: QuantizationNodes.Dequantize } dequantize && graph.Constant(dequantize.Inputs[0]) is not null;
        if (!known || weights.Rank != 2) { return $"the second input of {product} is no constant matrix"; }
        return graph.Fact(bias).Dimensions is [.., { Size: not 1 } length] && length.Size != weights.Dimensions[1].Size
            ? $"'{bias}' is {graph.Fact(bias)}; expected one number for each of {weights.Dimensions[1]} columns, as the bias of {product} added in {add}" : null;
    }
}
