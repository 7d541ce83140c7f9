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

    private readonly Range? _range;
    private readonly int? _step;

    private TensorIndex(Kinds kind, Index single = default, Range? range = null, int? step = null) => (Kind, Single, _range, _step) = (kind, single, range, step);

    internal Kinds Kind { get; }

    internal Index Single { get; }

    // Optional, so that the default value of the struct, which no constructor made, is the whole axis.
    internal Range Range => _range ?? Range.All;

    internal int Step => _step ?? 1;

    /// <summary>The whole axis (PyTorch <c>:</c>).</summary>
    public static TensorIndex All => new(Kinds.Range);

    /// <summary>A new axis of size 1 (PyTorch <c>None</c>).</summary>
    public static TensorIndex NewAxis => new(Kinds.NewAxis);

    /// <summary>All axes that the other places do not name (PyTorch <c>...</c>).</summary>
    public static TensorIndex Ellipsis => new(Kinds.Ellipsis);

    /// <summary>Every <paramref name="step"/>th index of a range (PyTorch <c>start:end:step</c>).</summary>
    public static TensorIndex Slice(Range range, int step) => new(Kinds.Range, range: range, step: step);

    /// <summary>One index; counted from the end when negative.</summary>
    public static implicit operator TensorIndex(int index) => new(Kinds.Single, index < 0 ? Index.FromEnd(-index) : index);

    /// <summary>One index.</summary>
    public static implicit operator TensorIndex(Index index) => new(Kinds.Single, index);

    /// <summary>A range; ends outside the axis are cut off.</summary>
    public static implicit operator TensorIndex(Range range) => new(Kinds.Range, range: range);
}
