using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Codes with the parameters that give them meaning, seen through a shape and strides. Views (<c>View</c>, <c>Slice</c>, <c>Transpose</c>, …)
/// share the codes of the tensor they were made from. Codes are <c>quint8</c>, <c>qint8</c>, <c>qint32</c> or <c>quint4x2</c>.
/// </summary>
/// <remarks>
/// The methods are extension methods, one file to a family: creation, views, selection, reductions, sorting, comparisons, changes in place.
/// Not safe to change from several threads. Source: PyTorch's quantized <c>torch.Tensor</c> (<c>QTensorImpl</c>).
/// </remarks>
public sealed class QuantizedTensor
{
    internal QuantizedTensor(CodeStorage storage, StridedLayout layout, TensorQuantizer quantizer) => (Storage, Layout, Quantizer) = (storage, layout, quantizer);

    /// <summary>The codes, shared between views.</summary>
    internal CodeStorage Storage { get; }

    /// <summary>Where this tensor's elements lie in the storage.</summary>
    internal StridedLayout Layout { get; set; }

    /// <summary>Scheme, scales, zero points and axis.</summary>
    public TensorQuantizer Quantizer { get; internal set; }

    /// <summary>The quantized element type.</summary>
    public ElementType Type => Quantizer.Type;

    /// <summary>Axis sizes.</summary>
    public Shape Shape => Layout.Shape;

    /// <summary>Elements between neighbours along each axis (PyTorch <c>stride</c>).</summary>
    public ImmutableArray<int> Strides => Layout.Strides;

    /// <summary>The first element in the shared storage (PyTorch <c>storage_offset</c>).</summary>
    public int StorageOffset => Layout.Offset;

    /// <summary>Number of elements (PyTorch <c>numel</c>).</summary>
    public int Length => Shape.Length;

    /// <summary>Number of axes (PyTorch <c>dim</c>).</summary>
    public int Rank => Shape.Rank;

    /// <summary>Whether the elements lie next to each other in row-major order (PyTorch <c>is_contiguous</c>).</summary>
    public bool IsContiguous => Layout.IsContiguous;

    /// <summary>How codes map to reals (PyTorch <c>qscheme</c>).</summary>
    public QScheme QScheme => Quantizer.Scheme;

    /// <summary>The scale (PyTorch <c>q_scale</c>).</summary>
    /// <exception cref="QuantizationException">The tensor has a scale for each channel.</exception>
    public double QScale => PerTensor(nameof(QScale)).Scales[0];

    /// <summary>The zero point (PyTorch <c>q_zero_point</c>).</summary>
    /// <exception cref="QuantizationException">The tensor has a zero point for each channel.</exception>
    public int QZeroPoint => PerTensor(nameof(QZeroPoint)).ZeroPoints[0];

    /// <summary>The scale of each channel (PyTorch <c>q_per_channel_scales</c>).</summary>
    /// <exception cref="QuantizationException">One scale serves the whole tensor.</exception>
    public ImmutableArray<double> QPerChannelScales => PerChannel(nameof(QPerChannelScales)).Scales;

    /// <summary>The zero point of each channel (PyTorch <c>q_per_channel_zero_points</c>).</summary>
    /// <exception cref="QuantizationException">One zero point serves the whole tensor, or they are reals.</exception>
    public ImmutableArray<int> QPerChannelZeroPoints => PerChannel(nameof(QPerChannelZeroPoints)).ZeroPoints;

    /// <summary>The real-valued zero point of each channel; empty unless the scheme has such.</summary>
    /// <exception cref="QuantizationException">One zero point serves the whole tensor.</exception>
    public ImmutableArray<float> QPerChannelFloatZeroPoints => PerChannel(nameof(QPerChannelFloatZeroPoints)).FloatZeroPoints;

    /// <summary>The axis of the channels (PyTorch <c>q_per_channel_axis</c>).</summary>
    /// <exception cref="QuantizationException">One pair serves the whole tensor.</exception>
    public int QPerChannelAxis => PerChannel(nameof(QPerChannelAxis)).Axis!.Value;

    /// <summary>A part that shares the codes: <c>q[1]</c>, <c>q[.., 2..5]</c>, <c>q[TensorIndex.Ellipsis, ^1]</c> (PyTorch indexing with integers, slices, <c>None</c> and <c>...</c>).</summary>
    /// <exception cref="QuantizationException">There are more places than axes, or an index does not exist.</exception>
    public QuantizedTensor this[params ReadOnlySpan<TensorIndex> places] => QuantizedTensorSelection.Index(this, places);

    /// <summary>The codes of a contiguous tensor, in place: writing changes every view.</summary>
    /// <typeparam name="T"><see cref="byte"/> for quint8, <see cref="sbyte"/> for qint8, <see cref="int"/> for qint32.</typeparam>
    /// <exception cref="QuantizationException">The tensor is not contiguous, has 4-bit codes, or holds another type.</exception>
    public Span<T> AsSpan<T>() where T : unmanaged
    {
        if (Type == ElementType.QUInt4x2) { throw new QuantizationException($"A tensor of {Type.Name()} has two codes in a byte; use {nameof(Codes)} to read one code in each."); }
        if (ElementTypes.Of<T>() != Type.Storage()) { throw new QuantizationException($"A tensor of {Type.Name()} holds {Type.Storage().Name()} codes; it cannot be read as {ElementTypes.Of<T>().Name()}."); }
        if (!IsContiguous) { throw new QuantizationException($"The tensor of shape {Shape} has strides [{string.Join(", ", Strides)}]; expected contiguous codes. Call {nameof(Contiguous)} first."); }
        return Length == 0 ? [] : MemoryMarshal.Cast<byte, T>(Storage.Bytes).Slice(StorageOffset, Length);
    }

    /// <summary>A copy of the codes, one to an element also for 4-bit types, dense and row-major, in the plain storage type.</summary>
    public Tensor Codes()
    {
        var codes = new Tensor(Type.Storage(), Shape);
        switch (codes.Type)
        {
            case ElementType.UInt8: CopyCodes(codes.AsSpan<byte>()); break;
            case ElementType.Int8: CopyCodes(codes.AsSpan<sbyte>()); break;
            default: CopyCodes(codes.AsSpan<int>()); break;
        }
        return codes;
    }

    /// <summary>A copy of the codes (PyTorch <c>int_repr</c>): <see cref="Codes"/>, but for quint4x2 the packed bytes as a tensor of rank 1.</summary>
    public Tensor IntRepr()
    {
        if (Type != ElementType.QUInt4x2) { return Codes(); }
        byte[] packed = this.Dense().Storage.Bytes.ToArray();
        return new(ElementType.UInt8, new Shape(packed.Length), packed);
    }

    /// <summary>The reals (PyTorch <c>dequantize</c>), float32 in the same shape.</summary>
    /// <exception cref="QuantizationException">A view was taken after which the channels no longer fit the axis.</exception>
    public Tensor Dequantize()
    {
        var values = new Tensor(ElementType.Float32, Shape);
        Dequantize(values.AsSpan<float>());
        return values;
    }

    /// <summary>Writes the reals, row-major.</summary>
    /// <exception cref="QuantizationException">The lengths differ, or the channels do not fit the axis.</exception>
    public void Dequantize(Span<float> values)
    {
        Tensor? copy = IsContiguous && Type != ElementType.QUInt4x2 ? null : Codes();
        switch (Type.Storage())
        {
            case ElementType.UInt8: Quantizer.Dequantize<byte>(copy is null ? AsSpan<byte>() : copy.AsSpan<byte>(), Shape, values); break;
            case ElementType.Int8: Quantizer.Dequantize<sbyte>(copy is null ? AsSpan<sbyte>() : copy.AsSpan<sbyte>(), Shape, values); break;
            default: Quantizer.Dequantize<int>(copy is null ? AsSpan<int>() : copy.AsSpan<int>(), Shape, values); break;
        }
    }

    /// <summary>This tensor when its codes are dense and row-major, otherwise a dense copy (PyTorch <c>contiguous</c>).</summary>
    public QuantizedTensor Contiguous() => IsContiguous ? this : this.Dense();

    /// <summary>As <c>quint8[2, 3]</c>.</summary>
    public override string ToString() => Type.Name() + Shape;

    private void CopyCodes<T>(Span<T> codes) where T : unmanaged, IBinaryInteger<T>
    {
        if (IsContiguous && Type != ElementType.QUInt4x2)
        {
            AsSpan<T>().CopyTo(codes);
            return;
        }
        int i = 0;
        foreach (int element in Layout) { codes[i++] = T.CreateTruncating(Storage[element]); }
    }

    private TensorQuantizer PerTensor(string member) => Quantizer.Axis is null
        ? Quantizer
        : throw new QuantizationException($"{member} asks for the one parameter of a tensor that is {QScheme.Name()}; expected a per-tensor scheme. Read the QPerChannel… members.");

    private TensorQuantizer PerChannel(string member) => Quantizer.Axis is not null
        ? Quantizer
        : throw new QuantizationException($"{member} asks for the channels of a tensor that is {QScheme.Name()}; expected a per-channel scheme. Read {nameof(QScale)} and {nameof(QZeroPoint)}.");
}
