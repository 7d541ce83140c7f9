using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The elements of a tensor as text: numbers for small ones, base64 of the bytes for large ones. Lossless.</summary>
internal static class TensorText
{
    private const int MostNumbers = 16;

    /// <summary>As <c>[1, 2]</c> or <c>base64 AQI=</c>.</summary>
    public static string Write(Tensor tensor)
    {
        if (tensor.Length > MostNumbers) { return Bytes(tensor); }
        return tensor.Type.Storage() switch
        {
            ElementType.Float32 => Reals<float>(tensor),
            ElementType.Float64 => Reals<double>(tensor),
            ElementType.Float16 => Reals<Half>(tensor),
            ElementType.UInt8 => Numbers<byte>(tensor, null),
            ElementType.Int8 => Numbers<sbyte>(tensor, null),
            ElementType.UInt16 => Numbers<ushort>(tensor, null),
            ElementType.Int16 => Numbers<short>(tensor, null),
            ElementType.UInt32 => Numbers<uint>(tensor, null),
            ElementType.Int32 => Numbers<int>(tensor, null),
            ElementType.UInt64 => Numbers<ulong>(tensor, null),
            ElementType.Int64 => Numbers<long>(tensor, null),
            _ => Bytes(tensor),
        };
    }

    /// <summary>The bytes of the written numbers; null when one is not a number of the type.</summary>
    public static byte[]? Read(ElementType type, IReadOnlyList<string> numbers) => type.Storage() switch
    {
        ElementType.Float32 => Parse<float>(numbers, NumberStyles.Float),
        ElementType.Float64 => Parse<double>(numbers, NumberStyles.Float),
        ElementType.Float16 => Parse<Half>(numbers, NumberStyles.Float),
        ElementType.UInt8 => Parse<byte>(numbers, NumberStyles.AllowLeadingSign),
        ElementType.Int8 => Parse<sbyte>(numbers, NumberStyles.AllowLeadingSign),
        ElementType.UInt16 => Parse<ushort>(numbers, NumberStyles.AllowLeadingSign),
        ElementType.Int16 => Parse<short>(numbers, NumberStyles.AllowLeadingSign),
        ElementType.UInt32 => Parse<uint>(numbers, NumberStyles.AllowLeadingSign),
        ElementType.Int32 => Parse<int>(numbers, NumberStyles.AllowLeadingSign),
        ElementType.UInt64 => Parse<ulong>(numbers, NumberStyles.AllowLeadingSign),
        ElementType.Int64 => Parse<long>(numbers, NumberStyles.AllowLeadingSign),
        _ => null,
    };

    // Numbers do not tell one NaN from another.
    private static string Reals<T>(Tensor tensor) where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (T value in tensor.AsSpan<T>())
        {
            if (T.IsNaN(value)) { return Bytes(tensor); }
        }
        return Numbers<T>(tensor, "R");
    }

    private static string Numbers<T>(Tensor tensor, string? format) where T : unmanaged, IFormattable
    {
        var numbers = new string[tensor.Length];
        for (int i = 0; i < numbers.Length; i++) { numbers[i] = tensor.AsSpan<T>()[i].ToString(format, CultureInfo.InvariantCulture); }
        return $"[{string.Join(", ", numbers)}]";
    }

    private static string Bytes(Tensor tensor) => $"base64 \"{Convert.ToBase64String(tensor.Bytes)}\"";

    private static byte[]? Parse<T>(IReadOnlyList<string> numbers, NumberStyles style) where T : unmanaged, INumber<T>
    {
        var values = new T[numbers.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (!T.TryParse(numbers[i], style, CultureInfo.InvariantCulture, out values[i])) { return null; }
        }
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }
}
