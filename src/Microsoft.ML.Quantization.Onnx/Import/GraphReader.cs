using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>From a model's message to a graph.</summary>
internal static class GraphReader
{
    /// <summary>The graph a message describes.</summary>
    /// <exception cref="QuantizationException">The message is no valid model or uses what is not supported.</exception>
    public static Graph Read(ModelProto model, OnnxImportOptions options)
    {
        GraphProto graph = model.Graph ?? throw new QuantizationException("The file holds no graph; expected an ONNX model. It is damaged, cut off, or no ONNX file.");
        int opset = Opset(model);
        if (graph.SparseInitializer.Count > 0)
        {
            throw new QuantizationException($"The model holds sparse constants such as '{graph.SparseInitializer[0].Values?.Name}'; expected dense ones. Export it with dense weights.");
        }
        var builder = new GraphBuilder(graph.Name.Length > 0 ? NameCheck.Text(graph.Name, "The graph") : "graph", Math.Max(opset, OnnxVersions.GraphOpset));
        var weights = new ExternalWeights(options.WeightsFolder);
        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (TensorProto constant in graph.Initializer)
        {
            string name = Declare(constant.Name, "A constant", values);
            builder.AddConstant(name, TensorReader.Read(constant, $"Constant '{name}'", weights));
        }
        AddInputs(graph, builder, values);
        var upgrade = new OpsetUpgrade(opset, builder, values);
        foreach (Node node in ReadNodes(graph, builder, opset, values, weights)) { builder.Add(upgrade.Apply(node)); }
        AddOutputs(graph, builder);

        Graph result = upgrade.SpellOutSoftmax(builder.Build(options.Operators), options.Operators);
        for (int i = 0; i < graph.Output.Count; i++) { ValueReader.CheckOutput(graph.Output[i], result.Outputs[i].Fact, options.Warning); }
        return result;
    }

    private static int Opset(ModelProto model)
    {
        if (model.IrVersion is < OnnxVersions.OldestFormat or > OnnxVersions.NewestFormat)
        {
            throw new QuantizationException($"The model has file format (ir_version) {model.IrVersion}; expected {OnnxVersions.OldestFormat} to {OnnxVersions.NewestFormat}. Export it with another version of ONNX.");
        }
        long? opset = null;
        foreach (OperatorSetIdProto import in model.OpsetImport.Where(import => NodeReader.Domain(import.Domain).Length == 0))
        {
            opset = opset is null || opset == import.Version
                ? import.Version
                : throw new QuantizationException($"The model names two operator sets, {opset} and {import.Version}; expected one. The file is damaged.");
        }
        return opset switch
        {
            null => throw new QuantizationException("The model names no operator set; expected one, as every ONNX model has. The file is damaged, cut off, or no ONNX file."),
            >= OnnxVersions.OldestOpset and <= OnnxVersions.NewestOpset => (int)opset,
            _ => throw new QuantizationException($"The model uses operator set {opset}; expected {OnnxVersions.OldestOpset} to {OnnxVersions.NewestOpset}. Export it with opset_version={OnnxVersions.GraphOpset}, or convert it with onnx.version_converter."),
        };
    }

    private static void AddInputs(GraphProto graph, GraphBuilder builder, HashSet<string> values)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ValueInfoProto input in graph.Input)
        {
            NameCheck.Required(input.Name, "An input");
            if (!seen.Add(input.Name)) { throw new QuantizationException($"The model lists input '{input.Name}' twice; expected once. The file is damaged."); }
            // Format 3 listed the weights as inputs too; later ones list those whose value a caller may replace. Here they are constants.
            if (builder.Constants.ContainsKey(input.Name)) { continue; }
            builder.AddInput(Declare(input.Name, "An input", values), ValueReader.Read(input));
        }
    }

    /// <summary>All nodes but Constants, once every value has its name: an upgrade may need names of its own.</summary>
    private static List<Node> ReadNodes(GraphProto graph, GraphBuilder builder, int opset, HashSet<string> values, ExternalWeights weights)
    {
        var names = new NodeNames(graph.Node);
        var nodes = new List<Node>(graph.Node.Count);
        foreach (NodeProto message in graph.Node)
        {
            string name = names.Next(message);
            if (message.OpType == "Constant" && NodeReader.Domain(message.Domain).Length == 0)
            {
                (string value, Tensor tensor) = ConstantNode.Read(NodeReader.Read(message, name, opset, weights));
                builder.AddConstant(Declare(value, $"The output of Constant '{name}'", values), tensor);
                continue;
            }
            Node node = NodeReader.Read(message, name, opset, weights);
            foreach (string output in node.Outputs.Where(output => output.Length > 0)) { Declare(output, $"An output of {node}", values); }
            if (node.Outputs.All(output => output.Length == 0)) { throw new QuantizationException($"{node} has no output; expected at least one. The file is damaged."); }
            nodes.Add(node);
        }
        return nodes;
    }

    private static void AddOutputs(GraphProto graph, GraphBuilder builder)
    {
        if (graph.Output.Count == 0) { throw new QuantizationException("The model has no output; expected at least one. Mark the values you want as outputs and export it again."); }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ValueInfoProto output in graph.Output)
        {
            NameCheck.Required(output.Name, "An output");
            if (!seen.Add(output.Name)) { throw new QuantizationException($"The model lists output '{output.Name}' twice; expected once. The file is damaged."); }
            builder.AddOutput(output.Name);
        }
    }

    private static string Declare(string name, string what, HashSet<string> values) => values.Add(NameCheck.Required(name, what))
        ? name
        : throw new QuantizationException($"{what} is called '{name}', as another value is; expected one writer for each value. The file is damaged.");
}
