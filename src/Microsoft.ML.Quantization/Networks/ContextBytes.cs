using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>Inputs and outputs of a run as bytes, whatever their elements.</summary>
internal static class ContextBytes
{
    /// <summary>The bytes of an input.</summary>
    public static Span<byte> Input(RunContext context, int index, ElementType type) => type switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes(context.Input<float>(index)),
        ElementType.Float64 => MemoryMarshal.AsBytes(context.Input<double>(index)),
        ElementType.Int64 => MemoryMarshal.AsBytes(context.Input<long>(index)),
        ElementType.Int32 => MemoryMarshal.AsBytes(context.Input<int>(index)),
        ElementType.Int16 => MemoryMarshal.AsBytes(context.Input<short>(index)),
        ElementType.Int8 => MemoryMarshal.AsBytes(context.Input<sbyte>(index)),
        ElementType.UInt64 => MemoryMarshal.AsBytes(context.Input<ulong>(index)),
        ElementType.UInt32 => MemoryMarshal.AsBytes(context.Input<uint>(index)),
        ElementType.UInt16 => MemoryMarshal.AsBytes(context.Input<ushort>(index)),
        ElementType.UInt8 => context.Input<byte>(index),
        _ => MemoryMarshal.AsBytes(context.Input<bool>(index)),
    };

    /// <summary>The bytes of an output.</summary>
    public static ReadOnlySpan<byte> Output(RunContext context, int index, ElementType type) => type switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes(context.Output<float>(index)),
        ElementType.Float64 => MemoryMarshal.AsBytes(context.Output<double>(index)),
        ElementType.Int64 => MemoryMarshal.AsBytes(context.Output<long>(index)),
        ElementType.Int32 => MemoryMarshal.AsBytes(context.Output<int>(index)),
        ElementType.Int16 => MemoryMarshal.AsBytes(context.Output<short>(index)),
        ElementType.Int8 => MemoryMarshal.AsBytes(context.Output<sbyte>(index)),
        ElementType.UInt64 => MemoryMarshal.AsBytes(context.Output<ulong>(index)),
        ElementType.UInt32 => MemoryMarshal.AsBytes(context.Output<uint>(index)),
        ElementType.UInt16 => MemoryMarshal.AsBytes(context.Output<ushort>(index)),
        ElementType.UInt8 => context.Output<byte>(index),
        _ => MemoryMarshal.AsBytes(context.Output<bool>(index)),
    };
}
