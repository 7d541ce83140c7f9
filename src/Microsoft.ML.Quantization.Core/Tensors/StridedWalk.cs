namespace Microsoft.ML.Quantization;

/// <summary>Steps through the element numbers of a <see cref="StridedLayout"/> in row-major order, like the wheels of an odometer.</summary>
internal struct StridedWalk
{
    private readonly StridedLayout _layout;
    private readonly int[] _index;
    private int _left;

    /// <summary>A walk before its first element.</summary>
    public StridedWalk(StridedLayout layout) => (_layout, _index, _left, Current) = (layout, new int[layout.Shape.Rank], layout.Shape.Length, -1);

    /// <summary>The element number.</summary>
    public int Current { get; private set; }

    /// <summary>Goes to the next element; false behind the last one.</summary>
    public bool MoveNext()
    {
        if (_left-- <= 0) { return false; }
        if (Current < 0)
        {
            Current = _layout.Offset;
            return true;
        }
        for (int axis = _index.Length - 1; axis >= 0; axis--)
        {
            Current += _layout.Strides[axis];
            if (++_index[axis] < _layout.Shape[axis]) { return true; }
            Current -= _layout.Strides[axis] * _index[axis];
            _index[axis] = 0;
        }
        return true;
    }
}
