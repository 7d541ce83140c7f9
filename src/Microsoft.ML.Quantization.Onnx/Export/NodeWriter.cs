using System.Collections.Immutable;
using Google.Protobuf;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Writes nodes and their settings.</summary>
internal static class NodeWriter
{
    /// <summary>The message of a node.</summary>
    /// <exception cref="QuantizationException">A setting cannot be expressed.</exception>
    public static NodeProto Write(Node node, Func<string, string> names, NamePolicy policy)
    {
        var message = new NodeProto { OpType = node.Operator, Domain = node.Domain, Name = policy == NamePolicy.ShortenAll ? "" : node.Name };
        message.Input.AddRange(node.Inputs.SkipLast(SubgraphWriter.CapturedCount(node)).Select(names));
        message.Output.AddRange(node.Outputs.Select(names));
        bool hasSubgraphs = node.Attributes.Any(attribute => attribute.Value is Graph);
        foreach ((string name, object value) in node.Attributes)
        {
            if (hasSubgraphs && name == SubgraphWriter.Captured) { continue; }
            message.Attribute.Add(value is Graph graph
                ? new AttributeProto { Name = name, Type = AttributeProto.Types.Kind.Graph, G = SubgraphWriter.Write(node, name, graph, names, policy) }
                : Write(node, name, value));
        }
        return message;
    }

    private static AttributeProto Write(Node node, string name, object value)
    {
        var message = new AttributeProto { Name = name };
        switch (value)
        {
            case float number:
                (message.Type, message.F) = (AttributeProto.Types.Kind.Float, number);
                break;
            case long number:
                (message.Type, message.I) = (AttributeProto.Types.Kind.Int, number);
                break;
            case string text:
                (message.Type, message.S) = (AttributeProto.Types.Kind.String, ByteString.CopyFromUtf8(text));
                break;
            case Tensor tensor:
                (message.Type, message.T) = (AttributeProto.Types.Kind.Tensor, TensorWriter.Write("", tensor, $"{node}: attribute '{name}'", null));
                break;
            case ImmutableArray<float> numbers:
                message.Type = AttributeProto.Types.Kind.Floats;
                message.Floats.AddRange(numbers);
                break;
            case ImmutableArray<long> numbers:
                message.Type = AttributeProto.Types.Kind.Ints;
                message.Ints.AddRange(numbers);
                break;
            case ImmutableArray<string> texts:
                message.Type = AttributeProto.Types.Kind.Strings;
                message.Strings.AddRange(texts.Select(ByteString.CopyFromUtf8));
                break;
            default:
                throw new QuantizationException($"{node}: attribute '{name}' is a {value.GetType().Name}, which is not written to ONNX files; expected a number, a text, a list of these, or a tensor.");
        }
        return message;
    }
}
