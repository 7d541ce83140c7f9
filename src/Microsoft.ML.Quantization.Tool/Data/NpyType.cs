namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>How NumPy names the element types a tensor can hold: <c>&lt;f4</c>, <c>|u1</c>, …</summary>
internal static class NpyType
{
    private static readonly (ElementType Type, string Descriptor)[] s_types =
    [
        (ElementType.Float16, "<f2"), (ElementType.Float32, "<f4"), (ElementType.Float64, "<f8"),
        (ElementType.Int8, "|i1"), (ElementType.Int16, "<i2"), (ElementType.Int32, "<i4"), (ElementType.Int64, "<i8"),
        (ElementType.UInt8, "|u1"), (ElementType.UInt16, "<u2"), (ElementType.UInt32, "<u4"), (ElementType.UInt64, "<u8"),
        (ElementType.Boolean, "|b1"),
    ];

    /// <summary>NumPy's name of <paramref name="type"/>.</summary>
    public static string Descriptor(ElementType type) => s_types.First(entry => entry.Type == type.Storage()).Descriptor;

    /// <summary>The element type NumPy calls <paramref name="descriptor"/>. One-byte types carry any of the byte-order marks.</summary>
    /// <exception cref="QuantizationException">A tensor cannot hold that type, or its bytes are in the other order.</exception>
    public static ElementType Parse(string descriptor)
    {
        foreach ((ElementType type, string known) in s_types)
        {
            if (descriptor == known || (known[0] == '|' && descriptor.Length == 3 && "<>=".Contains(descriptor[0]) && descriptor[1..] == known[1..]))
            {
                return type;
            }
        }
        throw new QuantizationException(descriptor switch
        {
            ['>', ..] => $"has element type '{descriptor}', which is big-endian; save it with .astype('<{descriptor[1..]}')",
            [_, 'O', ..] => $"has element type '{descriptor}', Python objects, which are never read because they can run code; save numbers",
            _ => $"has element type '{descriptor}'; expected one of {string.Join(", ", s_types.Select(entry => entry.Descriptor))}",
        });
    }
}
