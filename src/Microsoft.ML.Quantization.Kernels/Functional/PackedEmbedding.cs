using System.Buffers.Binary;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// An embedding table in 8, 4 or 2 bits, each row with its own scale and bias: <c>real = code · scale + bias</c>. A row of the bytes is its codes
/// followed by scale and bias; 8 bit: one code a byte, then two float32; 4 and 2 bit: two or four codes a byte, the lowest bits first, then two halves.
/// </summary>
/// <remarks>Source: PyTorch <c>quantized::embedding_bag_byte_prepack</c>, <c>_4bit_prepack</c>, <c>_2bit_prepack</c>. Immutable.</remarks>
public sealed class PackedEmbedding
{
    private readonly QuantizedTensor? _source;

    private PackedEmbedding(Tensor bytes, int bits, QuantizedTensor? source)
    {
        (Bits, RowBytes, Rows) = (bits, bytes.Shape[1], bytes.Shape[0]);
        (Bytes, Columns, _source) = (bytes, (RowBytes - 2 * ParameterBytes) * (8 / bits), source);
    }

    /// <summary>Bits of a code: 8, 4 or 2.</summary>
    public int Bits { get; }

    /// <summary>Number of rows, which are embedded things.</summary>
    public int Rows { get; }

    /// <summary>Length of a row's vector.</summary>
    public int Columns { get; }

    /// <summary>The packed bytes, uint8 [<see cref="Rows"/>, <see cref="RowBytes"/>]. Do not change them.</summary>
    public Tensor Bytes { get; }

    /// <summary>Bytes of a row.</summary>
    public int RowBytes { get; }

    private int ParameterBytes => Bits == 8 ? sizeof(float) : 2;

    /// <summary>Bytes as PyTorch's prepack functions return them.</summary>
    /// <exception cref="QuantizationException">The bytes are not uint8 [rows, bytes], or too few for scale and bias.</exception>
    public static PackedEmbedding FromBytes(Tensor bytes, int bits)
    {
        RequireBits(bits);
        int least = bits == 8 ? 8 : 4;
        if (bytes.Type != ElementType.UInt8 || bytes.Shape.Rank != 2 || bytes.Shape[1] < least)
        {
            throw new QuantizationException($"Packed rows are {bytes}; expected uint8[rows, bytes] with at least {least} bytes, which hold scale and bias.");
        }
        return new(bytes, bits, null);
    }

    /// <summary>
    /// Packs floats. 8 bit: <c>scale = range / 255</c>, <c>bias = min</c>, <c>code = rne((x − min) · (255 / (range + 10⁻⁸)))</c>. 4 and 2 bit: min rounded to half
    /// first, <c>scale = half(range / 15)</c> (3 for 2 bit; 1 where it is 0), <c>code = clamp(rne((x − min) · (1 / scale)))</c>.
    /// </summary>
    /// <param name="weight">float32 [rows, columns]; a row fills whole bytes.</param>
    /// <param name="bits">8, 4 or 2.</param>
    /// <param name="optimized">Cut the range where that lowers the squared error, see <see cref="OptimizedRange"/>; 4 and 2 bit only.</param>
    /// <param name="bins">For <paramref name="optimized"/>.</param>
    /// <param name="ratio">For <paramref name="optimized"/>.</param>
    /// <exception cref="QuantizationException">The weight is not float32 [rows, columns] of finite numbers, or its rows do not fill bytes.</exception>
    public static PackedEmbedding Pack(Tensor weight, int bits, bool optimized = false, int bins = 200, double ratio = 0.16)
    {
        RequireBits(bits);
        FloatParameter.Require(weight, "The embedding weight", 2, 2);
        (int rows, int columns) = (weight.Shape[0], weight.Shape[1]);
        RequireWholeBytes(columns, bits);
        if (optimized && bits == 8) { throw new QuantizationException("The optimized range exists for 4 and 2 bits; found 8. Leave it out."); }
        PackedEmbedding packed = Empty(rows, columns, bits, null);
        var codes = new byte[columns];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> values = weight.AsSpan<float>().Slice(row * columns, columns);
            (float minimum, float maximum) = optimized ? OptimizedRange.Choose(values, bits, bins, ratio) : Range(values, row);
            (float scale, float bias) = bits == 8 ? QuantizeBytes(values, minimum, maximum, codes) : QuantizeNarrow(values, minimum, maximum, bits, codes);
            packed.Write(row, codes, scale, bias);
        }
        return packed;
    }

    /// <summary>Packs a tensor with float parameters for each row: its codes, scales, and <c>bias = −zero point · scale</c> (PyTorch <c>quantized::embedding_bag_prepack</c>).</summary>
    /// <exception cref="QuantizationException">The tensor is not quint8 or quint4x2 [rows, columns] with a scale for each row, or its rows do not fill bytes.</exception>
    public static PackedEmbedding Pack(QuantizedTensor weight)
    {
        if (weight.Rank != 2 || weight.Quantizer.Axis != 0 || weight.Quantizer.FloatZeroPoints.IsEmpty || weight.Type is not (ElementType.QUInt8 or ElementType.QUInt4x2))
        {
            throw new QuantizationException($"The embedding weight is {weight}, {weight.Quantizer}; expected quint8 or quint4x2 [rows, columns] with a float zero point for each row ({QScheme.PerChannelAffineFloatQParams.Name()}, axis 0).");
        }
        int bits = weight.Type == ElementType.QUInt8 ? 8 : 4, columns = weight.Shape[1];
        RequireWholeBytes(columns, bits);
        PackedEmbedding packed = Empty(weight.Shape[0], columns, bits, weight.Contiguous());
        Tensor codes = weight.Codes();
        for (int row = 0; row < packed.Rows; row++)
        {
            float scale = (float)weight.Quantizer.Scales[row];
            packed.Write(row, codes.Bytes.Slice(row * columns, columns), scale, weight.Quantizer.FloatZeroPoints[row] * scale * -1f);
        }
        return packed;
    }

    /// <summary>The reals (PyTorch <c>embedding_bag_byte_unpack</c> and its kin): <c>code · scale + bias</c>, float32 [rows, columns].</summary>
    public Tensor Unpack()
    {
        var values = new Tensor(ElementType.Float32, new Shape(Rows, Columns));
        for (int row = 0; row < Rows; row++)
        {
            (float scale, float bias) = Parameters(row);
            for (int column = 0; column < Columns; column++) { values.AsSpan<float>()[row * Columns + column] = Code(row, column) * scale + bias; }
        }
        return values;
    }

    /// <summary>The quantized tensor this was packed from (PyTorch <c>quantized::embedding_bag_unpack</c>).</summary>
    /// <exception cref="QuantizationException">It was packed from floats or bytes.</exception>
    public QuantizedTensor UnpackQuantized() => _source
        ?? throw new QuantizationException($"This table was packed from floats or bytes; expected a quantized tensor. Call {nameof(Unpack)} for its reals.");

    /// <summary>One code.</summary>
    internal int Code(int row, int column)
    {
        int perByte = 8 / Bits;
        return Bytes.Bytes[row * RowBytes + column / perByte] >> (column % perByte * Bits) & ((1 << Bits) - 1);
    }

    /// <summary>Scale and bias of a row.</summary>
    internal (float Scale, float Bias) Parameters(int row)
    {
        ReadOnlySpan<byte> tail = Bytes.Bytes.Slice((row + 1) * RowBytes - 2 * ParameterBytes, 2 * ParameterBytes);
        return Bits == 8
            ? (BinaryPrimitives.ReadSingleLittleEndian(tail), BinaryPrimitives.ReadSingleLittleEndian(tail[4..]))
            : ((float)BinaryPrimitives.ReadHalfLittleEndian(tail), (float)BinaryPrimitives.ReadHalfLittleEndian(tail[2..]));
    }

    private static PackedEmbedding Empty(int rows, int columns, int bits, QuantizedTensor? source) =>
        new(new Tensor(ElementType.UInt8, new Shape(rows, columns * bits / 8 + (bits == 8 ? 8 : 4))), bits, source);

    private static (float Minimum, float Maximum) Range(ReadOnlySpan<float> values, int row)
    {
        (float minimum, float maximum) = values.IsEmpty ? (0f, 0f) : (values[0], values[0]);
        foreach (float value in values)
        {
            // Of 0 and -0 the first stays, as in PyTorch: the bias is stored as it is. NaN stays once it is there.
            if (!(value >= minimum) && !float.IsNaN(minimum)) { minimum = value; }
            if (!(value <= maximum) && !float.IsNaN(maximum)) { maximum = value; }
        }
        return float.IsFinite(maximum - minimum)
            ? (minimum, maximum)
            : throw new QuantizationException($"Row {row} of the embedding weight ranges from {minimum} to {maximum}; expected a finite range. Look for NaN and infinities in the weights.");
    }

    private static (float Scale, float Bias) QuantizeBytes(ReadOnlySpan<float> values, float minimum, float maximum, Span<byte> codes)
    {
        float range = maximum - minimum, inverse = 255f / (range + 1e-8f);
        for (int i = 0; i < codes.Length; i++) { codes[i] = Requantization.Code((values[i] - minimum) * inverse, 0, 0, 255); }
        return (range / 255f, minimum);
    }

    private static (float Scale, float Bias) QuantizeNarrow(ReadOnlySpan<float> values, float minimum, float maximum, int bits, Span<byte> codes)
    {
        int top = (1 << bits) - 1;
        float low = (float)(Half)minimum, range = maximum - low;
        float scale = range == 0f ? 1f : (float)(Half)(range / top);
        if (scale == 0f) { scale = 1f; }
        for (int i = 0; i < codes.Length; i++) { codes[i] = Requantization.Code((values[i] - low) * (1f / scale), 0, 0, top); }
        return (scale, low);
    }

    private void Write(int row, ReadOnlySpan<byte> codes, float scale, float bias)
    {
        Span<byte> bytes = Bytes.Bytes.Slice(row * RowBytes, RowBytes), tail = bytes[(RowBytes - 2 * ParameterBytes)..];
        int perByte = 8 / Bits;
        for (int i = 0; i < codes.Length; i++) { bytes[i / perByte] |= (byte)(codes[i] << (i % perByte * Bits)); }
        if (Bits == 8)
        {
            BinaryPrimitives.WriteSingleLittleEndian(tail, scale);
            BinaryPrimitives.WriteSingleLittleEndian(tail[4..], bias);
            return;
        }
        BinaryPrimitives.WriteHalfLittleEndian(tail, (Half)scale);
        BinaryPrimitives.WriteHalfLittleEndian(tail[2..], (Half)bias);
    }

    private static void RequireBits(int bits)
    {
        if (bits is not (8 or 4 or 2)) { throw new QuantizationException($"Found {bits} bits; expected 8, 4 or 2."); }
    }

    private static void RequireWholeBytes(int columns, int bits)
    {
        if (columns * bits % 8 != 0) { throw new QuantizationException($"A row of {columns} codes of {bits} bits does not fill whole bytes; expected a multiple of {8 / bits} columns. Add a column of zeros."); }
    }
}
