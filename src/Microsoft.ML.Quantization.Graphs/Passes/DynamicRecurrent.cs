using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Gives recurrent layers with constant weights 8-bit weights whose input and state are quantized as they are computed: LSTM becomes com.microsoft
/// DynamicQuantizeLSTM, each direction of GRU and RNN a call of this package's DynamicQuantizeGRU or DynamicQuantizeRNN, which files carry as functions of
/// ONNX's operators. W and R of each direction are observed by themselves, as in PyTorch.
/// </summary>
/// <param name="weights">The observer of a node's weights; null leaves the node in float.</param>
/// <param name="operators">The operators that nodes may name.</param>
/// <param name="observers">The observers that may be named.</param>
public sealed class DynamicRecurrent(Func<Node, ObserverSpec?> weights, OperatorList? operators = null, ObserverList? observers = null) : IGraphPass
{
    private const int LargestDepth = int.MaxValue / (255 * 255);

    /// <summary>The same observer for every node: that of a configuration, such as <see cref="QConfigs.Dynamic"/>.</summary>
    public DynamicRecurrent(QConfig qconfig, OperatorList? operators = null, ObserverList? observers = null) : this(_ => qconfig.Weight, operators, observers)
    {
    }

    /// <inheritdoc/>
    public string Name => nameof(DynamicRecurrent);

    /// <summary>Whether the pass knows a node's operator.</summary>
    public static bool Handles(Node node) => node is { Domain: "", Operator: "LSTM" or "GRU" or "RNN" };

    /// <inheritdoc/>
    public PassResult Run(Graph graph)
    {
        var notes = ImmutableArray.CreateBuilder<PassNote>();
        foreach (Node node in graph.Nodes.Where(Handles))
        {
            ObserverSpec? spec = weights(node);
            string? reason = spec is null ? "its configuration leaves the weights in float" : Decline(graph, node, spec);
            if (reason is not null)
            {
                notes.Add(new(Name, node.Name, false, reason));
                continue;
            }
            var rewrite = new RecurrentRewrite(graph, node, spec!, observers ?? ObserverList.BuiltIn);
            if (rewrite.Decline() is { } refusal)
            {
                notes.Add(new(Name, node.Name, false, refusal));
                continue;
            }
            graph = rewrite.Run(operators);
            notes.Add(new(Name, node.Name, true, rewrite.Text));
        }
        return new(graph, notes.ToImmutable());
    }

    private static string? Decline(Graph graph, Node node, ObserverSpec spec)
    {
        if (!Rewriting.TryFloats(graph, node, 1, out Tensor? w) || !Rewriting.TryFloats(graph, node, 2, out Tensor? r)) { return "its weights are not float32 constants"; }
        if (w.Length == 0 || r.Length == 0) { return "its weights are empty"; }
        if (node.HasInput(3) && !Rewriting.TryFloats(graph, node, 3, out _)) { return "its bias is not a float32 constant"; }
        if (spec.Type is not (ElementType.QInt8 or ElementType.QUInt8)) { return $"its weights are configured as {spec.Type.Name()}; this form has 8-bit weights"; }
        if (Math.Max(w.Shape[2], r.Shape[2]) > LargestDepth) { return $"sums over {Math.Max(w.Shape[2], r.Shape[2])} inputs may not fit 32 bits"; }
        if (node.Operator == "LSTM") { return null; }
        RecurrentSettings settings = node.Operator == "GRU" ? GRU.Settings(node) : RNN.Settings(node);
        ImmutableArray<string> names = [.. settings.Names.Select(name => name.ToLowerInvariant())];
        bool known = node.Operator == "GRU" ? names.Chunk(2).All(pair => pair is ["sigmoid", "tanh"]) : names.All(name => name is "tanh" or "relu");
        return known ? null : $"its activations are {string.Join(", ", settings.Names)}; the function in the file has {(node.Operator == "GRU" ? "Sigmoid and Tanh" : "Tanh or Relu")}";
    }
}
