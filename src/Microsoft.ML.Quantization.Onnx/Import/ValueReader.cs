using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Reads the declared type and axes of inputs and outputs.</summary>
internal static class ValueReader
{
    private const int MaximumRank = 32;

    /// <summary>The fact of an input.</summary>
    /// <exception cref="QuantizationException">It is no tensor, its type is not supported, or it declares no axes.</exception>
    public static TensorFact Read(ValueInfoProto value)
    {
        string what = $"Input '{value.Name}'";
        TypeProto.Types.Tensor tensor = Tensor(value, what);
        ElementType type = OnnxElementTypes.Of(tensor.ElemType) ?? throw ElementTypeMap.Unsupported(what, tensor.ElemType);
        return tensor.Shape is null
            ? throw new QuantizationException($"{what} declares no shape; expected its number of axes. Export the model with input shapes; sizes may stay open.")
            : new TensorFact(type, Dimensions(tensor.Shape, what));
    }

    /// <summary>Refuses an input of a subgraph that is declared as no tensor, or as one of another element type.</summary>
    /// <exception cref="QuantizationException">The declared type is not that of the value given to it.</exception>
    public static void CheckType(ValueInfoProto declared, TensorFact given)
    {
        if (declared.Type is null || declared.Type.ValueCase == TypeProto.ValueOneofCase.None) { return; }
        string what = $"Input '{declared.Name}' of a subgraph";
        TypeProto.Types.Tensor tensor = Tensor(declared, what);
        if (tensor.ElemType != 0 && OnnxElementTypes.Of(tensor.ElemType) != given.Type)
        {
            throw new QuantizationException($"{what} is declared as {ElementTypeMap.NameOf(tensor.ElemType)}, but it is given {given}; expected the same element type.");
        }
    }

    /// <summary>
    /// Compares what a model declares of an output with what its nodes give. Another element type is an error. Another shape is only
    /// told: exporters often leave sizes behind that no longer hold, and what the nodes compute is what a runtime returns.
    /// </summary>
    /// <exception cref="QuantizationException">The declared type is not that of the nodes.</exception>
    public static void CheckOutput(ValueInfoProto declared, TensorFact inferred, Action<string>? warning)
    {
        string what = $"Output '{declared.Name}'";
        if (declared.Type is null || declared.Type.ValueCase == TypeProto.ValueOneofCase.None) { return; }
        TypeProto.Types.Tensor tensor = Tensor(declared, what);
        if (tensor.ElemType != 0 && OnnxElementTypes.Of(tensor.ElemType) != inferred.Type)
        {
            throw new QuantizationException($"{what} is declared as {ElementTypeMap.NameOf(tensor.ElemType)}, but its node gives {inferred}; expected the same element type. The model is inconsistent; export it again.");
        }
        if (tensor.Shape is null) { return; }
        ImmutableArray<Dimension> dimensions = Dimensions(tensor.Shape, what);
        bool contradicts = dimensions.Length != inferred.Rank
            || dimensions.Zip(inferred.Dimensions).Any(pair => pair.First.Size is int first && pair.Second.Size is int second && first != second);
        if (contradicts)
        {
            warning?.Invoke($"{what} is declared as {new TensorFact(inferred.Type, dimensions)}, but its node gives {inferred}; the declaration was ignored.");
        }
    }

    private static TypeProto.Types.Tensor Tensor(ValueInfoProto value, string what)
    {
        TypeProto.ValueOneofCase kind = value.Type?.ValueCase ?? TypeProto.ValueOneofCase.None;
        return kind switch
        {
            TypeProto.ValueOneofCase.TensorType => value.Type!.TensorType,
            TypeProto.ValueOneofCase.None => throw new QuantizationException($"{what} declares no type; expected a tensor. Export the model again."),
            _ => throw new QuantizationException($"{what} is of kind {kind.ToString().Replace("Type", "", StringComparison.Ordinal).ToLowerInvariant()}; expected a tensor. Export the part of the model that works on tensors."),
        };
    }

    private static ImmutableArray<Dimension> Dimensions(TensorShapeProto shape, string what)
    {
        if (shape.Dim.Count > MaximumRank) { throw new QuantizationException($"{what} has {shape.Dim.Count} axes; expected at most {MaximumRank}."); }
        return [.. shape.Dim.Select((dimension, axis) => Read(dimension, axis, what))];
    }

    // Zero and negative sizes are what exporters write for "any": an input that is always empty would serve nobody.
    private static Dimension Read(TensorShapeProto.Types.Dimension dimension, int axis, string what) => dimension.ValueCase switch
    {
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam when dimension.DimParam.Length > 0 => Dimension.Named(NameCheck.Text(dimension.DimParam, $"Axis {axis} of {what}")),
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when dimension.DimValue > int.MaxValue => throw new QuantizationException(
            $"{what} has size {dimension.DimValue} on axis {axis}; expected at most {int.MaxValue}. The file is damaged."),
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when dimension.DimValue > 0 => Dimension.Known((int)dimension.DimValue),
        _ => Dimension.Unknown,
    };
}
