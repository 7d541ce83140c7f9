using System.Collections.Immutable;
using System.Text;
using Google.Protobuf;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Reads nodes and their settings.</summary>
internal static class NodeReader
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A node under the name it shall have.</summary>
    /// <exception cref="QuantizationException">A setting cannot be read.</exception>
    public static Node Read(NodeProto message, string name, ExternalWeights weights)
    {
        var node = new Node(name, NameCheck.Required(message.OpType, $"The operator of node '{name}'"),
            [.. message.Input.Select(input => NameCheck.Text(input, $"An input of node '{name}'"))],
            [.. message.Output.Select(output => NameCheck.Text(output, $"An output of node '{name}'"))],
            NodeAttributes.Empty, Domain(message.Domain));
        // Graphs note a fused bias there.
        if (node is { Operator: "MatMul", Domain: "", Inputs.Length: > 2 }) { throw new QuantizationException($"{node} has {node.Inputs.Length} inputs; MatMul takes 2. The file is damaged."); }
        NodeAttributes attributes = NodeAttributes.Empty;
        foreach (AttributeProto attribute in message.Attribute)
        {
            string what = $"{node}: attribute '{attribute.Name}'";
            NameCheck.Required(attribute.Name, what);
            if (attributes.Contains(attribute.Name)) { throw new QuantizationException($"{what} is given twice; expected once. The file is damaged."); }
            // Subgraphs are read once the values around them are known.
            if (KindOf(attribute) is AttributeProto.Types.Kind.Graph or AttributeProto.Types.Kind.Graphs) { continue; }
            if (node.Domain.Length == 0 && attribute.Name == "captured") { throw new QuantizationException($"{what} is none of ONNX's; expected a plain ONNX model."); }
            // Graphs note a fused activation under these names; no file of ONNX's own operators has them.
            if (node.Domain.Length == 0 && attribute.Name is Node.Activation or Node.ClipMinimum or Node.ClipMaximum) { throw new QuantizationException($"{what} is none of ONNX's; expected a plain ONNX model."); }
            attributes = attributes.With(attribute.Name, Value(attribute, what, weights));
        }
        return node with { Attributes = attributes };
    }

    /// <summary>The operator family's name as graphs have it: empty for ONNX's own, which has two names.</summary>
    public static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;

    private static object Value(AttributeProto attribute, string what, ExternalWeights weights) => KindOf(attribute) switch
    {
        AttributeProto.Types.Kind.Float => attribute.F,
        AttributeProto.Types.Kind.Int => attribute.I,
        AttributeProto.Types.Kind.String => Text(attribute.S, what),
        AttributeProto.Types.Kind.Floats => attribute.Floats.ToImmutableArray(),
        AttributeProto.Types.Kind.Ints => attribute.Ints.ToImmutableArray(),
        AttributeProto.Types.Kind.Strings => attribute.Strings.Select(text => Text(text, what)).ToImmutableArray(),
        AttributeProto.Types.Kind.Tensor when attribute.T is not null => TensorReader.Read(attribute.T, what, weights),
        AttributeProto.Types.Kind kind when attribute.RefAttrName.Length > 0 => throw new QuantizationException(
            $"{what} refers to '{attribute.RefAttrName}' of a function, as a {kind}; expected a value. The file is damaged."),
        AttributeProto.Types.Kind kind => throw new QuantizationException(
            $"{what} is of kind {kind}; expected a number, a text, a list of these, or a tensor. The file is damaged or uses what is not supported."),
    };

    // Writers before file format 3 left the kind out.
    private static AttributeProto.Types.Kind KindOf(AttributeProto attribute) => attribute.Type switch
    {
        AttributeProto.Types.Kind.Undefined when attribute.HasF => AttributeProto.Types.Kind.Float,
        AttributeProto.Types.Kind.Undefined when attribute.HasI => AttributeProto.Types.Kind.Int,
        AttributeProto.Types.Kind.Undefined when attribute.HasS => AttributeProto.Types.Kind.String,
        AttributeProto.Types.Kind.Undefined when attribute.T is not null => AttributeProto.Types.Kind.Tensor,
        AttributeProto.Types.Kind.Undefined when attribute.G is not null => AttributeProto.Types.Kind.Graph,
        AttributeProto.Types.Kind.Undefined when attribute.Floats.Count > 0 => AttributeProto.Types.Kind.Floats,
        AttributeProto.Types.Kind.Undefined when attribute.Ints.Count > 0 => AttributeProto.Types.Kind.Ints,
        AttributeProto.Types.Kind.Undefined when attribute.Strings.Count > 0 => AttributeProto.Types.Kind.Strings,
        AttributeProto.Types.Kind kind => kind,
    };

    private static string Text(ByteString bytes, string what)
    {
        try
        {
            return s_strict.GetString(bytes.Span);
        }
        catch (DecoderFallbackException exception)
        {
            throw new QuantizationException($"{what} is a text whose bytes are not UTF-8; expected text. The file is damaged.", exception);
        }
    }
}
