using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Writes what was fused into operators as nodes of their own, as ONNX has them: the bias of a MatMul as Add, activations as Relu and Clip.</summary>
internal static class FusedExpansion
{
    private const int ClipBoundsAreInputs = 11;

    /// <summary>The same graph in plain ONNX: its nodes, and its constants with those that Clip needs.</summary>
    /// <exception cref="QuantizationException">An activation is unknown, or clamps what is not float32.</exception>
    public static (ImmutableArray<Node> Nodes, ImmutableSortedDictionary<string, Tensor> Constants) Expand(Graph graph)
    {
        if (!graph.Nodes.Any(node => node.Attributes.Contains(Node.Activation) || HasBias(node))) { return (graph.Nodes, graph.Constants); }
        var taken = new HashSet<string>(graph.Facts.Keys.Concat(graph.Nodes.Select(node => node.Name)), StringComparer.Ordinal);
        var constants = graph.Constants.ToBuilder();
        var bounds = new Dictionary<float, string>();
        var nodes = ImmutableArray.CreateBuilder<Node>();
        foreach (Node fused in graph.Nodes)
        {
            Node node = HasBias(fused) ? Bias(fused) : fused;
            if (!node.Attributes.Contains(Node.Activation))
            {
                nodes.Add(node);
                continue;
            }
            string activation = node.Attributes.String(Node.Activation);
            if (activation is not ("Relu" or "Clip")) { throw new QuantizationException($"{node} has activation '{activation}' behind it; expected Relu or Clip."); }
            string raw = Unique(node.Output + "_raw");
            nodes.Add(node with
            {
                Outputs = [raw, .. node.Outputs.Skip(1)],
                Attributes = node.Attributes.Without(Node.Activation).Without(Node.ClipMinimum).Without(Node.ClipMaximum),
            });
            nodes.Add(activation == "Relu"
                ? new Node(Unique(node.Name + "_relu"), "Relu", [raw], [node.Output], NodeAttributes.Empty)
                : Clip(node, raw));
        }
        return (nodes.ToImmutable(), constants.ToImmutable());

        // The Add takes over the activation.
        Node Bias(Node node)
        {
            string product = Unique(node.Output + "_product");
            nodes.Add(node with { Inputs = node.Inputs[..2], Outputs = [product], Attributes = NodeAttributes.Empty });
            return new Node(Unique(node.Name + "_bias"), "Add", [product, node.Inputs[2]], node.Outputs, node.Attributes);
        }

        Node Clip(Node node, string raw)
        {
            ElementType type = graph.Fact(node.Output).Type;
            if (type != ElementType.Float32) { throw new QuantizationException($"{node} has a Clip behind it but gives {type.Name()}; expected float32."); }
            (float minimum, float maximum) = node.ActivationInterval;
            string name = Unique(node.Name + "_clip");
            if (graph.Opset < ClipBoundsAreInputs)
            {
                return new Node(name, "Clip", [raw], [node.Output], NodeAttributes.Empty.With("min", minimum).With("max", maximum));
            }
            string low = Bound(minimum), high = Bound(maximum);
            return new Node(name, "Clip", (low, high) switch { ("", "") => [raw], (_, "") => [raw, low], _ => [raw, low, high] }, [node.Output], NodeAttributes.Empty);
        }

        string Bound(float value)
        {
            if (float.IsInfinity(value)) { return ""; }
            if (!bounds.TryGetValue(value, out string? name))
            {
                name = bounds[value] = Unique($"clip_{bounds.Count}");
                constants.Add(name, Tensor.Scalar(value));
            }
            return name;
        }

        string Unique(string wish)
        {
            string name = wish;
            for (int i = 1; !taken.Add(name); i++) { name = $"{wish}_{i}"; }
            return name;
        }
    }

    private static bool HasBias(Node node) => node is { Operator: "MatMul", Domain: "" } && node.HasInput(2);
}
