using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>From a graph to the message of a file.</summary>
internal static class ModelWriter
{
    /// <summary>ONNX Runtime's own operators: the one family beside ONNX's that files may use.</summary>
    private const string RuntimeDomain = "com.microsoft", ClassicalDomain = "ai.onnx.ml";

    /// <summary>The message of a graph.</summary>
    /// <exception cref="QuantizationException">The graph holds what ONNX cannot express.</exception>
    public static ModelProto Write(Graph graph, OnnxExportOptions options, ExternalDataWriter? data)
    {
        (var nodes, var constants) = FusedExpansion.Expand(graph);
        var names = new ValueNames(graph, nodes, options.Names);
        var model = new ModelProto
        {
            IrVersion = OnnxVersions.FormatOf(graph.Opset),
            ProducerName = "Microsoft.ML.Quantization",
            ProducerVersion = ProductVersion.Value,
            Graph = new GraphProto { Name = graph.Name.Length > 0 ? graph.Name : "graph" },
        };
        foreach (Node node in nodes)
        {
            CheckDomain(node);
            model.Graph.Node.Add(NodeWriter.Write(WithBeta(graph, node), value => names[value], options.Names));
        }
        foreach ((string name, Tensor tensor) in constants.OrderBy(pair => names[pair.Key], StringComparer.Ordinal))
        {
            model.Graph.Initializer.Add(TensorWriter.Write(names[name], tensor, $"Constant '{name}'", data));
        }
        model.Graph.Input.AddRange(graph.Inputs.Select(Write));
        model.Graph.Output.AddRange(graph.Outputs.Select(Write));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = graph.Opset });
        RecurrentFunctions.AddTo(model, nodes, graph.Opset);
        if (nodes.Any(node => node.Domain == RuntimeDomain)) { model.OpsetImport.Add(new OperatorSetIdProto { Domain = RuntimeDomain, Version = 1 }); }
        if (nodes.Any(node => node.Domain == ClassicalDomain)) { model.OpsetImport.Add(new OperatorSetIdProto { Domain = ClassicalDomain, Version = 1 }); }
        return model;
    }

    private static void CheckDomain(Node node)
    {
        if (node.Domain is not ("" or RuntimeDomain or ClassicalDomain) && !RecurrentFunctions.Has(node))
        {
            throw new QuantizationException($"{node} is of the family '{node.Domain}', which no ONNX runtime knows; expected operators of ONNX, of {ClassicalDomain} or of {RuntimeDomain}. Convert the graph before saving it.");
        }
    }

    // ONNX Runtime makes one integer call of a quantized Gemm with a bias only where beta is written out.
    private static Node WithBeta(Graph graph, Node node) =>
        node is { Operator: "Gemm", Domain: "" } && node.HasInput(2) && graph.Producer(node.Inputs[2])?.Operator == "DequantizeLinear" && !node.Attributes.Contains("beta")
            ? node with { Attributes = node.Attributes.With("beta", 1f) }
            : node;

    /// <summary>The declaration of an input or output.</summary>
    public static ValueInfoProto Write(ValueInfo value)
    {
        var shape = new TensorShapeProto();
        foreach (Dimension dimension in value.Fact.Dimensions)
        {
            shape.Dim.Add(dimension switch
            {
                { Size: int size } => new TensorShapeProto.Types.Dimension { DimValue = size },
                { Symbol: string symbol } => new TensorShapeProto.Types.Dimension { DimParam = symbol },
                _ => new TensorShapeProto.Types.Dimension(),
            });
        }
        return new ValueInfoProto
        {
            Name = value.Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = ElementTypeMap.ToOnnx(value.Fact.Type, value.Name), Shape = shape } },
        };
    }
}
