using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Reductions over axes, which ONNX moved from an attribute to an input: ReduceSum in version 13, the others in 18.</summary>
internal static class Reductions
{
    public static string Write(NodeWriter writer, string op, string x, ImmutableArray<int> axes, bool keep)
    {
        NodeAttributes attributes = NodeAttributes.Empty.With("keepdims", keep);
        return writer.Opset >= (op == "ReduceSum" ? 13 : 18)
            ? writer.Node(op, [x, writer.Settings("axes", axes.AsSpan())], attributes)
            : writer.Node(op, [x], attributes.With("axes", Spatial.Longs(axes)));
    }
}
