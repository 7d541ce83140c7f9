using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>The numbers of ONNX's element types.</summary>
internal static class OrtTypes
{
    public const int Text = 8;

    public static PrimitiveDataViewType ItemOf(OrtSlot slot) => slot.Type switch
    {
        1 => NumberDataViewType.Single,
        2 => NumberDataViewType.Byte,
        3 => NumberDataViewType.SByte,
        4 => NumberDataViewType.UInt16,
        5 => NumberDataViewType.Int16,
        6 => NumberDataViewType.Int32,
        7 => NumberDataViewType.Int64,
        Text => TextDataViewType.Instance,
        9 => BooleanDataViewType.Instance,
        11 => NumberDataViewType.Double,
        12 => NumberDataViewType.UInt32,
        13 => NumberDataViewType.UInt64,
        _ => throw new NotSupportedException($"'{slot.Name}' is of ONNX's element type {slot.Type}, which no column has; expected a tensor of numbers, booleans or text."),
    };
}
