using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>The networks of the end-to-end golden files, as float graphs whose nodes are called as PyTorch's modules.</summary>
internal static class TorchNetworks
{
    /// <summary>MinMax quint8 activations and per-tensor symmetric qint8 weights.</summary>
    public static QConfig MinMaxPerTensor { get; } = new(new ObserverSpec { Observer = "MinMax" }, new ObserverSpec { Observer = "MinMax", Type = ElementType.QInt8, Scheme = QScheme.PerTensorSymmetric });

    /// <summary>fc1 – relu – fc2 – sig – fc3.</summary>
    public static Graph Mlp(GoldenCase c, Shape? input = null)
    {
        var network = new ParameterGraph(c);
        string first = c.Inputs.GetProperty("params").TryGetProperty("fc1.0.weight", out _) ? "fc1.0" : "fc1";
        string x = network.Input("x", input ?? InputShape(c));
        string hidden = network.Add("relu", "Relu", network.Linear("fc1", x, first));
        string gated = network.Add("sig", "Sigmoid", network.Linear("fc2", hidden));
        network.Builder.AddOutput(network.Linear("fc3", gated));
        return network.Builder.Build();
    }

    /// <summary>conv1 – bn1 – relu1, conv2 – bn2, add_relu of the two, pool, flatten, fc.</summary>
    public static Graph Cnn(GoldenCase c)
    {
        var network = new ParameterGraph(c);
        string x = network.Input("x", InputShape(c));
        string left = network.Add("relu1", "Relu", network.Norm("bn1", network.Layer("conv1", "Conv", x, Padded)));
        string right = network.Norm("bn2", network.Layer("conv2", "Conv", left, Padded));
        string sum = network.Add("relu2", "Relu", network.Add("add_relu", "Add", left, right));
        string flat = network.Add("flatten", "Flatten", network.Add("pool", "GlobalAveragePool", sum));
        network.Builder.AddOutput(network.Linear("fc", flat));
        return network.Builder.Build();
    }

    /// <summary>The node that computes what a module computes: of its name, or of the fused module that it is a part of.</summary>
    public static string NodeOf(Graph model, string module) => model.Nodes.Any(node => node.Name == module) ? module : module[..module.LastIndexOf('.')];

    /// <summary>
    /// The fused graph and its quantized form, with ranges seen by min-max observers. Weights are rounded by the reciprocal, as PyTorch's
    /// modules round them.
    /// </summary>
    public static (Graph Fused, Graph Quantized) Quantize(Graph model, IEnumerable<ImmutableArray<Tensor>> batches)
    {
        using var quantizer = new StaticQuantizer(model, new() { QConfigs = QConfigMapping.Empty.SetGlobal(MinMaxPerTensor) });
        foreach (ImmutableArray<Tensor> batch in batches) { quantizer.Observe(batch); }
        Graph fused = quantizer.Prepared.Graph, quantized = quantizer.Convert().Graph;
        var builder = new GraphBuilder(quantized);
        foreach (Node node in fused.Nodes.Where(node => node.Operator is "Conv" or "Gemm"))
        {
            Node dequantize = quantized.Producer(quantized.Node(node.Name).Inputs[1])!;
            QuantizationParameters parameters = QuantizationNodes.Parameters(quantized, dequantize)!;
            builder.AddConstant(dequantize.Inputs[0], Quantizer.Quantize(fused.Constant(node.Inputs[1])!, parameters, Rounding.Reciprocal));
        }
        return (fused, builder.Build());
    }

    public static NodeAttributes Padded { get; } = NodeAttributes.Empty.With("pads", ImmutableArray.Create(1L, 1L, 1L, 1L));

    public static Shape InputShape(GoldenCase c) => GoldenCase.Tensor(c.Inputs.GetProperty("x") is { ValueKind: System.Text.Json.JsonValueKind.Array } xs ? xs[0] : c.Inputs.GetProperty("x")).Shape;
}
