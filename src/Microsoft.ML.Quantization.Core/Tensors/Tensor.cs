using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization;

/// <summary>
/// A dense, row-major array of one element type: a constant of a graph, an input or an output. Holds no quantization parameters;
/// codes with their parameters are a <c>QuantizedTensor</c>.
/// </summary>
public sealed class Tensor
{
    private readonly byte[] _bytes;

    /// <summary>A tensor over <paramref name="bytes"/>, which it keeps.</summary>
    /// <exception cref="QuantizationException">The number of bytes is not that of the shape.</exception>
    public Tensor(ElementType type, Shape shape, byte[] bytes)
    {
        if (bytes.LongLength != (long)shape.Length * type.SizeInBytes())
        {
            throw new QuantizationException($"A tensor {type.Name()}{shape} holds {(long)shape.Length * type.SizeInBytes()} bytes; found {bytes.LongLength}.");
        }
        (Type, Shape, _bytes) = (type, shape, bytes);
    }

    /// <summary>A tensor of zeros.</summary>
    public Tensor(ElementType type, Shape shape) : this(type, shape, new byte[(long)shape.Length * type.SizeInBytes()])
    {
    }

    /// <summary>Element type.</summary>
    public ElementType Type { get; }

    /// <summary>Axis sizes.</summary>
    public Shape Shape { get; }

    /// <summary>Number of elements.</summary>
    public int Length => Shape.Length;

    /// <summary>All elements as bytes, little-endian on every supported platform.</summary>
    public Span<byte> Bytes => _bytes;

    /// <summary>A tensor with a copy of <paramref name="values"/>.</summary>
    /// <exception cref="QuantizationException">The number of values is not that of the shape.</exception>
    public static Tensor Create<T>(ReadOnlySpan<T> values, Shape shape) where T : unmanaged =>
        new(ElementTypes.Of<T>(), shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A tensor with a copy of <paramref name="values"/>, of rank 1.</summary>
    public static Tensor Create<T>(params T[] values) where T : unmanaged => Create<T>(values, new Shape(values.Length));

    /// <summary>A tensor of rank 0.</summary>
    public static Tensor Scalar<T>(T value) where T : unmanaged => Create<T>([value], Shape.Scalar);

    /// <summary>The elements as <typeparamref name="T"/>.</summary>
    /// <exception cref="QuantizationException"><typeparamref name="T"/> is not the storage of <see cref="Type"/>.</exception>
    public Span<T> AsSpan<T>() where T : unmanaged
    {
        if (ElementTypes.Of<T>() != Type.Storage())
        {
            throw new QuantizationException($"A tensor of {Type.Name()} cannot be read as {ElementTypes.Of<T>().Name()}.");
        }
        return MemoryMarshal.Cast<byte, T>(_bytes.AsSpan());
    }

    /// <summary>The same elements under another shape of the same length. Shares the memory.</summary>
    /// <exception cref="QuantizationException">The lengths differ.</exception>
    public Tensor Reshape(Shape shape) => new(Type, shape, _bytes);

    /// <summary>As <c>float32[2, 3]</c>.</summary>
    public override string ToString() => Type.Name() + Shape;
}
