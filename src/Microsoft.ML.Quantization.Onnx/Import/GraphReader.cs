using System.Collections.Frozen;
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
        var functions = model.Functions.DistinctBy(function => (NodeReader.Domain(function.Domain), function.Name)).ToFrozenDictionary(function => (NodeReader.Domain(function.Domain), function.Name));
        var context = new ReadContext(opset, options.Operators ?? OperatorList.BuiltIn, new ExternalWeights(options.WeightsFolder), functions);
        var reader = new ScopeReader(context, graph.Name.Length > 0 ? NameCheck.Text(graph.Name, "The graph") : "graph", new HashSet<string>(StringComparer.Ordinal));
        reader.AddConstants(graph);
        AddInputs(graph, reader);
        reader.AddNodes(graph);
        reader.AddOutputs(graph);
        Graph result = reader.Build();
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

    private static void AddInputs(GraphProto graph, ScopeReader reader)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ValueInfoProto input in graph.Input)
        {
            NameCheck.Required(input.Name, "An input");
            if (!seen.Add(input.Name)) { throw new QuantizationException($"The model lists input '{input.Name}' twice; expected once. The file is damaged."); }
            // Format 3 listed the weights as inputs too; later ones list those whose value a caller may replace. Here they are constants.
            if (reader.Builder.Constants.ContainsKey(input.Name)) { continue; }
            reader.AddInput(reader.Declare(input.Name, "An input"), ValueReader.Read(input));
        }
    }
}
