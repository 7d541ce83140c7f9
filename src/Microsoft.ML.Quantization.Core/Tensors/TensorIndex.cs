namespace Microsoft.ML.Quantization;

/// <summary>
/// One place of an index expression: an index (removes the axis), a range with a step (narrows it), a new axis, or the ellipsis (all axes in
/// between). Integers, <see cref="System.Index"/> and <see cref="Range"/> convert by themselves, so <c>q[1, 2..5]</c> reads as in PyTorch.
/// </summary>
/// <remarks>Source: PyTorch <c>at::indexing::TensorIndex</c>.</remarks>
public readonly struct TensorIndex
{
    internal enum Kinds
    {
        Range,
        Single,
        NewAxis,
        Ellipsis,
    }

    private TensorIndex(Kinds kind, Index start = default, Index? end = null, int step = 1) => (Kind, Start, End, Step) = (kind, start, end ?? ^0, step);

    internal Kinds Kind { get; }

    internal Index Start { get; }

    internal Index End { get; }

    // The default value of the struct, which no constructor made, is the whole axis.
    internal int Step => field == 0 ? 1 : field;

    /// <summary>The whole axis (PyTorch <c>:</c>).</summary>
    public static TensorIndex All => new(Kinds.Range);

    /// <summary>A new axis of size 1 (PyTorch <c>None</c>).</summary>
    public static TensorIndex NewAxis => new(Kinds.NewAxis);

    /// <summary>All axes that the other places do not name (PyTorch <c>...</c>).</summary>
    public static TensorIndex Ellipsis => new(Kinds.Ellipsis);

    /// <summary>Every <paramref name="step"/>th index of a range (PyTorch <c>start:end:step</c>).</summary>
    public static TensorIndex Slice(Range range, int step) => new(Kinds.Range, range.Start, range.End, step);

    /// <summary>One index; counted from the end when negative.</summary>
    public static implicit operator TensorIndex(int index) => new(Kinds.Single, index < 0 ? Index.FromEnd(-index) : index);

    /// <summary>One index.</summary>
    public static implicit operator TensorIndex(Index index) => new(Kinds.Single, index);

    /// <summary>A range; ends outside the axis are cut off.</summary>
    public static implicit operator TensorIndex(Range range) => new(Kinds.Range, range.Start, range.End);
}
