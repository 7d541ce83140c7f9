using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// What flows through modules: a <see cref="Tensor"/>, a <see cref="QuantizedTensor"/>, or a value of a graph that is being written (<see cref="Module.ToGraph"/>). One
/// <c>Compute</c> of a module therefore serves floats, codes and tracing. PyTorch's <c>torch.Tensor</c> inside <c>forward</c>.
/// </summary>
/// <remarks>Immutable. Methods that move elements are here; what computes is a module or one of <see cref="Functions"/>.</remarks>
public sealed class Value
{
    private readonly object _content;

    private Value(object content) => _content = content;

    internal Value(TracedValue traced) : this((object)traced)
    {
    }

    /// <summary>Whether it holds codes, or stands for a value that has them.</summary>
    public bool IsQuantized => _content is QuantizedTensor or TracedValue { Map: not null };

    /// <summary>Whether it is a value of a graph that is being written: it has no elements.</summary>
    public bool IsTraced => _content is TracedValue;

    /// <summary>Axes, outermost first; while a graph is written some may be unknown.</summary>
    public ImmutableArray<Dimension> Dimensions => _content switch
    {
        Tensor tensor => Known(tensor.Shape),
        QuantizedTensor codes => Known(codes.Shape),
        _ => Traced!.Fact.Dimensions,
    };

    /// <summary>Number of axes.</summary>
    public int Rank => Dimensions.Length;

    /// <summary>Axis sizes.</summary>
    /// <exception cref="QuantizationException">A size is not known while a graph is written.</exception>
    public Shape Shape => _content switch
    {
        Tensor tensor => tensor.Shape,
        QuantizedTensor codes => codes.Shape,
        _ => Traced!.Fact.ToShape(),
    };

    internal TracedValue? Traced => _content as TracedValue;

    internal QuantizedTensor? Codes => _content as QuantizedTensor;

    internal Tensor? Plain => _content as Tensor;

    /// <summary>A value that holds a tensor.</summary>
    public static implicit operator Value(Tensor tensor) => FromTensor(tensor);

    /// <summary>A value that holds codes.</summary>
    public static implicit operator Value(QuantizedTensor codes) => FromQuantizedTensor(codes);

    /// <summary>A value that holds a tensor.</summary>
    public static Value FromTensor(Tensor tensor) => new((object)tensor);

    /// <summary>A value that holds codes.</summary>
    public static Value FromQuantizedTensor(QuantizedTensor codes) => new((object)codes);

    /// <summary>The tensor.</summary>
    /// <exception cref="QuantizationException">It holds codes, or stands for a value of a graph.</exception>
    public Tensor ToTensor() => Plain ?? throw new QuantizationException(IsTraced
        ? $"{this} has no elements while a graph is written; expected a computation that does not look at them."
        : $"Found {this}, which holds codes; expected floats. Put a {nameof(DeQuantStub)} before it, or call {nameof(Dequantize)}.");

    /// <summary>The codes.</summary>
    /// <exception cref="QuantizationException">It holds a plain tensor, or stands for a value of a graph.</exception>
    public QuantizedTensor ToQuantizedTensor() => Codes ?? throw new QuantizationException(IsTraced
        ? $"{this} has no elements while a graph is written; expected a computation that does not look at them."
        : $"Found {this}, which holds plain numbers; expected codes. Put a {nameof(QuantStub)} before it.");

    /// <summary>The reals of codes; anything else as it is.</summary>
    public Value Dequantize() => Codes is { } codes ? codes.Dequantize() : Traced is { Map: not null } traced ? new(traced with { Map = null }) : this;

    /// <summary>The elements under other sizes; −1 for one that follows from the rest.</summary>
    /// <exception cref="QuantizationException">The sizes do not fit.</exception>
    public Value Reshape(params ReadOnlySpan<int> sizes)
    {
        if (Codes is { } codes) { return codes.Reshape(sizes); }
        if (Traced is { } traced) { return traced.Move("Reshape", [traced.Trace.Settings("shape", sizes)]); }
        return Plain!.Reshape(TensorMoves.Fit(Plain!.Shape, sizes));
    }

    /// <summary>Axes <paramref name="start"/> to <paramref name="end"/> as one; negative numbers count from the last axis.</summary>
    /// <exception cref="QuantizationException">There are no such axes, or sizes behind them are not known while a graph is written.</exception>
    public Value Flatten(int start = 0, int end = -1)
    {
        (int first, int last) = (TensorMoves.Axis(start, Rank), TensorMoves.Axis(end, Rank));
        if (first > last) { throw new QuantizationException($"{this} cannot be flattened from axis {start} to {end}; expected the first not behind the last."); }
        if (Codes is { } codes) { return codes.Flatten(first, last); }
        if (Traced is { } traced && first == 1 && last == Rank - 1) { return traced.Move("Flatten", [], NodeAttributes.Empty.With("axis", 1)); }
        // A 0 keeps the size of the same axis, so that unknown ones before the merged ones pass.
        Span<int> sizes = [.. Enumerable.Repeat(0, first), -1, .. Dimensions[(last + 1)..].Select(Size)];
        if (!IsTraced)
        {
            for (int axis = 0; axis < first; axis++) { sizes[axis] = Shape[axis]; }
        }
        return Reshape(sizes);

        int Size(Dimension dimension) => dimension.Size ?? throw new QuantizationException($"{this} cannot be flattened from axis {start} to {end} while a graph is written: the size behind is not known.");
    }

    /// <summary>The axes in another order.</summary>
    /// <exception cref="QuantizationException">The axes are not a permutation.</exception>
    public Value Permute(params ReadOnlySpan<int> axes)
    {
        if (Codes is { } codes) { return codes.Permute(axes).Contiguous(); }
        ImmutableArray<int> order = TensorMoves.Permutation(axes, Rank);
        return Traced is { } traced
            ? traced.Move("Transpose", [], NodeAttributes.Empty.With("perm", order.Select(axis => (long)axis).ToImmutableArray()))
            : TensorMoves.Permute(Plain!, order);
    }

    /// <summary>Two axes exchanged.</summary>
    /// <exception cref="QuantizationException">There is no such axis.</exception>
    public Value Transpose(int first, int second)
    {
        int[] axes = [.. Enumerable.Range(0, Rank)];
        (first, second) = (TensorMoves.Axis(first, Rank), TensorMoves.Axis(second, Rank));
        (axes[first], axes[second]) = (second, first);
        return Permute(axes);
    }

    /// <summary>A part of one axis.</summary>
    /// <exception cref="QuantizationException">The part does not lie inside the axis.</exception>
    public Value Narrow(int axis, int start, int length)
    {
        axis = TensorMoves.Axis(axis, Rank);
        if (Codes is { } codes) { return codes.Narrow(axis, start, length).Contiguous(); }
        if (Traced is not { } traced) { return TensorMoves.Narrow(Plain!, axis, start, length); }
        Trace trace = traced.Trace;
        return traced.Move("Slice", [trace.Settings("starts", [start]), trace.Settings("ends", [checked(start + length)]), trace.Settings("axes", [axis])]);
    }

    /// <summary>One index of an axis, which goes; a negative index counts from the end, where the size is known.</summary>
    /// <exception cref="QuantizationException">There is no such axis or index.</exception>
    public Value Select(int axis, int index)
    {
        axis = TensorMoves.Axis(axis, Rank);
        if (Codes is { } codes) { return codes.Select(axis, index).Contiguous(); }
        if (Traced is { } traced) { return traced.Move("Gather", [traced.Trace.Constant("index", Tensor.Scalar((long)index))], NodeAttributes.Empty.With("axis", axis)); }
        Tensor part = TensorMoves.Narrow(Plain!, axis, index < 0 ? index + Shape[axis] : index, 1);
        return part.Reshape(new Shape([.. part.Shape.Sizes.RemoveAt(axis)]));
    }

    /// <summary>A new axis of size 1.</summary>
    /// <exception cref="QuantizationException">There is no such place.</exception>
    public Value Unsqueeze(int axis)
    {
        axis = TensorMoves.Axis(axis, Rank + 1);
        if (Codes is { } codes) { return codes.Unsqueeze(axis); }
        return Traced is { } traced
            ? traced.Move("Unsqueeze", [traced.Trace.Settings("axes", [axis])])
            : Plain!.Reshape(new Shape([.. Plain.Shape.Sizes.Insert(axis, 1)]));
    }

    /// <summary>Values behind each other along an axis; codes take the parameters of the first. PyTorch's <c>torch.cat</c>.</summary>
    /// <exception cref="QuantizationException">Sizes or kinds differ.</exception>
    public static Value Cat(IReadOnlyList<Value> values, int axis)
    {
        if (values.Count == 0) { throw new QuantizationException("There are no values to join; expected at least one."); }
        axis = TensorMoves.Axis(axis, values[0].Rank);
        if (values.FirstOrDefault(value => value.IsTraced)?.Traced is { } traced) { return traced.Trace.Cat(values, axis); }
        if (values[0].IsQuantized) { return QuantizedTensor.Cat([.. values.Select(value => value.ToQuantizedTensor())], axis); }
        return TensorMoves.Cat([.. values.Select(value => value.ToTensor())], axis);
    }

    /// <summary>Values of equal shape along a new axis. PyTorch's <c>torch.stack</c>.</summary>
    /// <exception cref="QuantizationException">Sizes or kinds differ.</exception>
    public static Value Stack(IReadOnlyList<Value> values, int axis = 0) => Cat([.. values.Select(value => value.Unsqueeze(axis))], axis);

    /// <summary>As <c>float32[2, 3]</c>, <c>quint8[2, 3]</c> or <c>graph value 'fc1' float32[batch, 10]</c>.</summary>
    public override string ToString() => Traced is { } traced ? $"graph value '{traced.Name}' {traced.Fact}" : _content.ToString()!;

    private static ImmutableArray<Dimension> Known(Shape shape) => [.. shape.Sizes.Select(Dimension.Known)];
}
