using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>
/// Conversions between what NumPy holds by default and what models take: real numbers to float32, whole numbers to a wider type. Whole
/// numbers do not become reals by themselves, because images of 0..255 would then reach a model that wants them scaled.
/// </summary>
internal static class ElementConversion
{
    /// <summary>The array as <paramref name="wanted"/>; null when that would change its meaning.</summary>
    public static Tensor? TryConvert(Tensor tensor, ElementType wanted) => tensor.Type == wanted ? tensor : (tensor.Type, wanted) switch
    {
        (ElementType.Float64, ElementType.Float32) => Convert<double, float>(tensor, value => (float)value),
        (ElementType.Float16, ElementType.Float32) => Convert<Half, float>(tensor, value => (float)value),
        (ElementType.Int32, ElementType.Int64) => Convert<int, long>(tensor, value => value),
        (ElementType.UInt32, ElementType.Int64) => Convert<uint, long>(tensor, value => value),
        (ElementType.Int16, ElementType.Int64) => Convert<short, long>(tensor, value => value),
        (ElementType.UInt16, ElementType.Int64) => Convert<ushort, long>(tensor, value => value),
        (ElementType.Int8, ElementType.Int64) => Convert<sbyte, long>(tensor, value => value),
        (ElementType.UInt8, ElementType.Int64) => Convert<byte, long>(tensor, value => value),
        (ElementType.Int16, ElementType.Int32) => Convert<short, int>(tensor, value => value),
        (ElementType.UInt16, ElementType.Int32) => Convert<ushort, int>(tensor, value => value),
        (ElementType.Int8, ElementType.Int32) => Convert<sbyte, int>(tensor, value => value),
        (ElementType.UInt8, ElementType.Int32) => Convert<byte, int>(tensor, value => value),
        _ => null,
    };

    /// <summary>The elements as double: all numbers of a float, and whole numbers below 2⁵³, keep their value.</summary>
    public static double[] ToDoubles(Tensor tensor) => tensor.Type.Storage() switch
    {
        ElementType.Float32 => To<float>(tensor, value => value),
        ElementType.Float64 => tensor.AsSpan<double>().ToArray(),
        ElementType.Float16 => To<Half>(tensor, value => (double)value),
        ElementType.UInt8 => To<byte>(tensor, value => value),
        ElementType.Int8 => To<sbyte>(tensor, value => value),
        ElementType.UInt16 => To<ushort>(tensor, value => value),
        ElementType.Int16 => To<short>(tensor, value => value),
        ElementType.UInt32 => To<uint>(tensor, value => value),
        ElementType.Int32 => To<int>(tensor, value => value),
        ElementType.UInt64 => To<ulong>(tensor, value => value),
        ElementType.Int64 => To<long>(tensor, value => value),
        _ => To<byte>(new Tensor(ElementType.UInt8, tensor.Shape, tensor.Bytes.ToArray()), value => value == 0 ? 0 : 1),
    };

    private static double[] To<T>(Tensor tensor, Func<T, double> convert) where T : unmanaged
    {
        double[] values = new double[tensor.Length];
        Span<T> source = tensor.AsSpan<T>();
        for (int i = 0; i < values.Length; i++) { values[i] = convert(source[i]); }
        return values;
    }

    private static Tensor Convert<TFrom, TTo>(Tensor tensor, Func<TFrom, TTo> convert) where TFrom : unmanaged where TTo : unmanaged
    {
        var result = new Tensor(ElementTypes.Of<TTo>(), tensor.Shape);
        Span<TFrom> source = tensor.AsSpan<TFrom>();
        Span<TTo> target = MemoryMarshal.Cast<byte, TTo>(result.Bytes);
        for (int i = 0; i < source.Length; i++) { target[i] = convert(source[i]); }
        return result;
    }
}
