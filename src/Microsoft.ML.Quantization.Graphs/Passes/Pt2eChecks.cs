using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What annotations may ask for: what a graph of QuantizeLinear and DequantizeLinear can say.</summary>
internal static class Pt2eChecks
{
    /// <summary>Why a group of points cannot be quantized as it asks; null when it can.</summary>
    public static string? Refuse(Graph graph, SharedPoints group)
    {
        bool constant = group.Points.All(point => graph.Constant(point.Value) is not null);
        if (group.Points.FirstOrDefault(point => graph.Fact(point.Value).Type != ElementType.Float32) is { } other) { return $"'{other.Value}' is {graph.Fact(other.Value)}; expected float32"; }
        return group.Spec switch
        {
            QuantizationSpec { IsDynamic: true } spec => Dynamic(graph, group, spec),
            QuantizationSpec { QScheme: QScheme.PerChannelAffineFloatQParams } => constant && group.Points.All(point => Reader(graph, point) is { Operator: "Gather" }) ? null : "real-valued zero points are for the constant table of a Gather",
            QuantizationSpec { DType: not (ElementType.QUInt8 or ElementType.QInt8) } => "expected quint8 or qint8 codes",
            QuantizationSpec spec when spec.ToObserver() is { Observer: QConfigMapping.Placeholder or QConfigMapping.Noop or QConfigMapping.ReuseInput } observer => $"the observer {observer.Observer} learns no range; expected one that does, e.g. Histogram",
            QuantizationSpec spec when !constant && spec.ToObserver().Scheme.IsPerChannel() => "one scale for each channel is for constants; activations take one scale",
            FixedQParamsQuantizationSpec { DType: not (ElementType.QUInt8 or ElementType.QInt8) } => "expected quint8 or qint8 codes",
            DerivedQuantizationSpec when !constant => "derived parameters are for constants, such as a bias",
            _ => null,
        };
    }

    private static string? Dynamic(Graph graph, SharedPoints group, QuantizationSpec spec)
    {
        if (spec.DType is not (ElementType.QUInt8 or ElementType.QInt8)) { return "ranges of a run give quint8 or qint8 codes"; }
        QuantizationPoint? wrong = group.Points.FirstOrDefault(point => Reader(graph, point) is not { Domain: "", Operator: "Gemm" or "MatMul" or "Conv" } reader || reader.Inputs[0] != point.Value);
        return wrong is null ? null : $"'{wrong}' is not the first input of a Gemm, MatMul or Conv, which alone run with ranges of their own";
    }

    private static Node? Reader(Graph graph, QuantizationPoint point) => point.Reader is { } reader ? graph.Node(reader) : null;
}
