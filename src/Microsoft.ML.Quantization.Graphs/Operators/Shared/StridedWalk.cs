namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Visits the elements of a shape row by row (a row is its last axis) and keeps the offsets of two operands that move along with
/// strides of their own.
/// </summary>
internal ref struct StridedWalk
{
    private readonly ReadOnlySpan<int> _sizes;
    private readonly ReadOnlySpan<int> _left;
    private readonly ReadOnlySpan<int> _right;
    private readonly Span<int> _index;

    /// <param name="sizes">The sizes walked over.</param>
    /// <param name="left">Strides of the first operand, one for each axis.</param>
    /// <param name="right">Strides of the second operand; the first's again where there is only one.</param>
    /// <param name="index">Memory for one number for each axis.</param>
    public StridedWalk(ReadOnlySpan<int> sizes, ReadOnlySpan<int> left, ReadOnlySpan<int> right, Span<int> index)
    {
        _sizes = sizes;
        _left = left;
        _right = right;
        _index = index;
        index.Clear();
    }

    /// <summary>Offset of the row in the first operand.</summary>
    public int Left { get; private set; }

    /// <summary>Offset of the row in the second operand.</summary>
    public int Right { get; private set; }

    /// <summary>Goes to the next row; the last row is followed by the first.</summary>
    public void NextRow()
    {
        for (int axis = _sizes.Length - 2; axis >= 0; axis--)
        {
            Left += _left[axis];
            Right += _right[axis];
            if (++_index[axis] < _sizes[axis]) { return; }
            Left -= _left[axis] * _sizes[axis];
            Right -= _right[axis] * _sizes[axis];
            _index[axis] = 0;
        }
    }
}
