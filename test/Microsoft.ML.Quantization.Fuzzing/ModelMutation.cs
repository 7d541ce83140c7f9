using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;
using Microsoft.ML.Quantization.Sampling;

namespace Microsoft.ML.Quantization.Fuzzing;

/// <summary>Lies that stay well-formed messages: names, wiring, sizes, types, settings and elements that a hostile or confused exporter could write.</summary>
internal static class ModelMutation
{
    private static readonly long[] s_numbers = [0, 1, -1, 2, 3, 7, -2, 64, 255, 1 << 16, (1 << 20) + 1, int.MaxValue, int.MinValue, 1L << 32, 1L << 62, long.MaxValue, long.MinValue];
    private static readonly float[] s_reals = [0f, -0f, 1f, -1f, 1e-45f, 1e38f, float.NaN, float.PositiveInfinity, float.NegativeInfinity];
    private static readonly string[] s_names = ["", "x", "..", "\0", "/etc/passwd", "../../x", "\uFFFD", "Conv", new string('n', 5000)];
    private static readonly string[] s_operators = [.. OperatorList.BuiltIn.All.Where(op => op.Schema.Domain.Length == 0).Select(op => op.Schema.Name)];

    /// <summary>A changed copy; null when the source is no model to begin with.</summary>
    public static byte[]? Apply(byte[] source, ref SplitMix64 random)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(source);
        if (model.Graph is not { Node.Count: > 0 } graph) { return null; }
        int times = 1 + ByteMutation.Pick(ref random, 3);
        for (int i = 0; i < times; i++) { Change(model, graph, ref random); }
        return model.ToByteArray();
    }

    private static void Change(ModelProto model, GraphProto graph, ref SplitMix64 random)
    {
        NodeProto node = One(graph.Node, ref random)!;
        switch (ByteMutation.Pick(ref random, 22))
        {
            case 0 when node.Input.Count > 0: node.Input[ByteMutation.Pick(ref random, node.Input.Count)] = AnyValue(graph, ref random); break;
            case 1 when node.Output.Count > 0: node.Output[ByteMutation.Pick(ref random, node.Output.Count)] = AnyValue(graph, ref random); break;
            case 2: node.OpType = s_operators[ByteMutation.Pick(ref random, s_operators.Length)]; break;
            case 3: graph.Node.Remove(node); if (graph.Node.Count == 0) { graph.Node.Add(node); } break;
            case 4: graph.Node.Add(node.Clone()); break;
            case 5: graph.Node.Remove(node); graph.Node.Insert(ByteMutation.Pick(ref random, graph.Node.Count + 1), node); break;
            case 6: node.Input.Add(AnyValue(graph, ref random)); break;
            case 7 when node.Input.Count > 0: node.Input.RemoveAt(ByteMutation.Pick(ref random, node.Input.Count)); break;
            case 8 or 9 or 10 when One(node.Attribute, ref random) is { } attribute: Change(attribute, ref random); break;
            case 11 when One(node.Attribute, ref random) is { } attribute: node.Attribute.Remove(attribute); break;
            case 12 when One(graph.Initializer, ref random) is { Dims.Count: > 0 } constant: constant.Dims[ByteMutation.Pick(ref random, constant.Dims.Count)] = Number(ref random); break;
            case 13 or 14 or 15 when One(graph.Initializer, ref random) is { } constant: ChangeElements(constant, ref random); break;
            case 16 when One(graph.Initializer, ref random) is { } constant: constant.DataType = ByteMutation.Pick(ref random, 24); break;
            case 17 when One(graph.Initializer, ref random) is { } constant:
                constant.DataLocation = TensorProto.Types.Location.External;
                constant.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = s_names[ByteMutation.Pick(ref random, s_names.Length)] });
                constant.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{Number(ref random)}" });
                break;
            case 18 or 19 when One(graph.Input, ref random) is { } input: Change(input, ref random); break;
            case 20 when One(graph.Output, ref random) is { } output: output.Name = AnyValue(graph, ref random); break;
            case 21 when One(model.OpsetImport, ref random) is { } import: import.Version = ByteMutation.Pick(ref random, 30); break;
            default: node.Name = s_names[ByteMutation.Pick(ref random, s_names.Length)]; break;
        }
    }

    private static void Change(AttributeProto attribute, ref SplitMix64 random)
    {
        if (attribute.Ints.Count > 0)
        {
            if (ByteMutation.Pick(ref random, 4) == 0) { attribute.Ints.Add(Number(ref random)); }
            else { attribute.Ints[ByteMutation.Pick(ref random, attribute.Ints.Count)] = Number(ref random); }
        }
        else if (attribute.Floats.Count > 0) { attribute.Floats[ByteMutation.Pick(ref random, attribute.Floats.Count)] = s_reals[ByteMutation.Pick(ref random, s_reals.Length)]; }
        else if (attribute.HasI) { attribute.I = Number(ref random); }
        else if (attribute.HasF) { attribute.F = s_reals[ByteMutation.Pick(ref random, s_reals.Length)]; }
        else if (attribute.T is { } tensor) { ChangeElements(tensor, ref random); }
        else if (attribute.G is { Node.Count: > 0 } body)
        {
            NodeProto inner = One(body.Node, ref random)!;
            if (inner.Input.Count > 0) { inner.Input[0] = AnyValue(body, ref random); }
        }
        else if (attribute.HasS) { attribute.S = ByteString.CopyFromUtf8(s_names[ByteMutation.Pick(ref random, s_names.Length)]); }
        else { attribute.Type = (AttributeProto.Types.Kind)ByteMutation.Pick(ref random, 16); }
    }

    private static void ChangeElements(TensorProto tensor, ref SplitMix64 random)
    {
        if (tensor.Int64Data.Count > 0) { tensor.Int64Data[ByteMutation.Pick(ref random, tensor.Int64Data.Count)] = Number(ref random); return; }
        if (tensor.FloatData.Count > 0) { tensor.FloatData[ByteMutation.Pick(ref random, tensor.FloatData.Count)] = s_reals[ByteMutation.Pick(ref random, s_reals.Length)]; return; }
        byte[] bytes = tensor.RawData.ToByteArray();
        if (bytes.Length < 8)
        {
            tensor.RawData = ByteString.CopyFrom([.. bytes, 1]);
            return;
        }
        int place = ByteMutation.Pick(ref random, bytes.Length / 8) * 8;
        if (tensor.DataType == 7) { BitConverter.TryWriteBytes(bytes.AsSpan(place), Number(ref random)); }
        else { BitConverter.TryWriteBytes(bytes.AsSpan(place), s_reals[ByteMutation.Pick(ref random, s_reals.Length)]); }
        tensor.RawData = ByteString.CopyFrom(bytes);
    }

    private static void Change(ValueInfoProto input, ref SplitMix64 random)
    {
        if (input.Type?.TensorType is not { } type || ByteMutation.Pick(ref random, 4) == 0) { input.Name = s_names[ByteMutation.Pick(ref random, s_names.Length)]; return; }
        if (type.Shape is not { Dim.Count: > 0 } shape || ByteMutation.Pick(ref random, 4) == 0) { type.ElemType = ByteMutation.Pick(ref random, 24); return; }
        shape.Dim[ByteMutation.Pick(ref random, shape.Dim.Count)] = ByteMutation.Pick(ref random, 3) == 0
            ? new TensorShapeProto.Types.Dimension { DimParam = "n" }
            : new TensorShapeProto.Types.Dimension { DimValue = Number(ref random) };
    }

    private static T? One<T>(RepeatedField<T> list, ref SplitMix64 random) where T : class => list.Count == 0 ? null : list[ByteMutation.Pick(ref random, list.Count)];

    private static long Number(ref SplitMix64 random) => s_numbers[ByteMutation.Pick(ref random, s_numbers.Length)];

    private static string AnyValue(GraphProto graph, ref SplitMix64 random)
    {
        string[] values = [.. graph.Node.SelectMany(node => node.Output), .. graph.Input.Select(input => input.Name), .. graph.Initializer.Select(constant => constant.Name), .. s_names];
        return values[ByteMutation.Pick(ref random, values.Length)];
    }
}
