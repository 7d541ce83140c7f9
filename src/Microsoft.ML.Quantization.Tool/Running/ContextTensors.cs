using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>Moves tensors of any element type in and out of a rented context.</summary>
internal static class ContextTensors
{
    /// <summary>Fills an input.</summary>
    public static void Fill(this RunContext context, int index, Tensor tensor) => tensor.Bytes.CopyTo(InputBytes(context, index, tensor.Type));

    /// <summary>Copies an output.</summary>
    public static void Read(this RunContext context, int index, ElementType type, Span<byte> target) => OutputBytes(context, index, type).CopyTo(target);

    private static Span<byte> InputBytes(RunContext context, int index, ElementType type) => type.Storage() switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes(context.Input<float>(index)),
        ElementType.Float64 => MemoryMarshal.AsBytes(context.Input<double>(index)),
        ElementType.Float16 => MemoryMarshal.AsBytes(context.Input<Half>(index)),
        ElementType.UInt8 => context.Input<byte>(index),
        ElementType.Int8 => MemoryMarshal.AsBytes(context.Input<sbyte>(index)),
        ElementType.UInt16 => MemoryMarshal.AsBytes(context.Input<ushort>(index)),
        ElementType.Int16 => MemoryMarshal.AsBytes(context.Input<short>(index)),
        ElementType.UInt32 => MemoryMarshal.AsBytes(context.Input<uint>(index)),
        ElementType.Int32 => MemoryMarshal.AsBytes(context.Input<int>(index)),
        ElementType.UInt64 => MemoryMarshal.AsBytes(context.Input<ulong>(index)),
        ElementType.Int64 => MemoryMarshal.AsBytes(context.Input<long>(index)),
        _ => MemoryMarshal.AsBytes(context.Input<bool>(index)),
    };

    private static ReadOnlySpan<byte> OutputBytes(RunContext context, int index, ElementType type) => type.Storage() switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes(context.Output<float>(index)),
        ElementType.Float64 => MemoryMarshal.AsBytes(context.Output<double>(index)),
        ElementType.Float16 => MemoryMarshal.AsBytes(context.Output<Half>(index)),
        ElementType.UInt8 => context.Output<byte>(index),
        ElementType.Int8 => MemoryMarshal.AsBytes(context.Output<sbyte>(index)),
        ElementType.UInt16 => MemoryMarshal.AsBytes(context.Output<ushort>(index)),
        ElementType.Int16 => MemoryMarshal.AsBytes(context.Output<short>(index)),
        ElementType.UInt32 => MemoryMarshal.AsBytes(context.Output<uint>(index)),
        ElementType.Int32 => MemoryMarshal.AsBytes(context.Output<int>(index)),
        ElementType.UInt64 => MemoryMarshal.AsBytes(context.Output<ulong>(index)),
        ElementType.Int64 => MemoryMarshal.AsBytes(context.Output<long>(index)),
        _ => MemoryMarshal.AsBytes(context.Output<bool>(index)),
    };
}
