using System.Collections;

namespace Microsoft.ML.Data;

/// <summary>A vector, dense or sparse. Its arrays are buffers that are used again for the next row.</summary>
public readonly struct VBuffer<T> : IEnumerable
{
    private readonly T[] _values;
    private readonly int[] _indices;
    private readonly int _count;

    public readonly int Length;

    public VBuffer(int length, T[] values, int[] indices = null)
    {
        if (length < 0) { throw new ArgumentOutOfRangeException(nameof(length)); }
        Require((values?.Length ?? 0) >= length, nameof(values));
        (Length, _count, _values, _indices) = (length, length, values, indices);
    }

    public VBuffer(int length, int count, T[] values, int[] indices)
    {
        if (length < 0) { throw new ArgumentOutOfRangeException(nameof(length)); }
        Require(count >= 0 && count <= length, nameof(count));
        Require((values?.Length ?? 0) >= count, nameof(values));
        Require(count == length || (indices?.Length ?? 0) >= count, nameof(indices));
        (Length, _count, _values, _indices) = (length, count, values, indices);
    }

    public bool IsDense => _count == Length;

    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    public void CopyToDense(ref VBuffer<T> destination)
    {
        VBufferEditor<T> editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination)
    {
        VBufferEditor<T> editor = VBufferEditor.Create(ref destination, Length, _count);
        GetValues().CopyTo(editor.Values);
        GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination, int sourceIndex, int length)
    {
        Require(sourceIndex >= 0 && sourceIndex <= Length, nameof(sourceIndex));
        Require(length >= 0 && sourceIndex <= Length - length, nameof(length));

        (int from, int to) = IsDense ? (sourceIndex, sourceIndex + length) : (LowerBound(sourceIndex), LowerBound(sourceIndex + length));
        VBufferEditor<T> editor = VBufferEditor.Create(ref destination, length, to - from);
        _values.AsSpan(from, to - from).CopyTo(editor.Values);
        for (int i = 0; i < editor.Indices.Length; i++) { editor.Indices[i] = _indices[from + i] - sourceIndex; }
        destination = editor.Commit();
    }

    public void CopyTo(Span<T> destination) => CopyTo(destination, 0);

    public void CopyTo(Span<T> destination, int destinationIndex, T defaultValue = default)
    {
        if (destinationIndex < 0 || destinationIndex > destination.Length - Length)
        {
            throw new ArgumentOutOfRangeException(nameof(destination), "Not large enough to hold these values.");
        }

        Span<T> target = destination.Slice(destinationIndex, Length);
        if (IsDense)
        {
            GetValues().CopyTo(target);
            return;
        }

        target.Fill(defaultValue);
        for (int i = 0; i < _count; i++) { target[_indices[i]] = _values[i]; }
    }

    public static void Copy(T[] source, int sourceIndex, ref VBuffer<T> destination, int length)
    {
        int size = source?.Length ?? 0;
        Require(length >= 0 && length <= size, nameof(length));
        Require(sourceIndex >= 0 && sourceIndex <= size - length, nameof(sourceIndex));
        VBufferEditor<T> editor = VBufferEditor.Create(ref destination, length);
        source.AsSpan(sourceIndex, length).CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
    {
        if (IsDense)
        {
            for (int i = 0; i < Length; i++) { yield return new(i, _values[i]); }
            yield break;
        }

        int slot = 0;
        for (int i = 0; i < _count; i++)
        {
            for (; all && slot < _indices[i]; slot++) { yield return new(slot, default); }
            yield return new(_indices[i], _values[i]);
            slot = _indices[i] + 1;
        }

        for (; all && slot < Length; slot++) { yield return new(slot, default); }
    }

    public IEnumerable<T> DenseValues() => Items(all: true).Select(item => item.Value);

    public void GetItemOrDefault(int index, ref T destination) => destination = GetItemOrDefault(index);

    public T GetItemOrDefault(int index)
    {
        Require(index >= 0 && index < Length, nameof(index));
        if (IsDense) { return _values[index]; }
        int slot = LowerBound(index);
        return slot < _count && _indices[slot] == index ? _values[slot] : default;
    }

    public override string ToString() => IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    public IEnumerator GetEnumerator() => _values.GetEnumerator();

    internal VBufferEditor<T> Edit(int length, int? valuesCount, int? maximum, bool keepOld, bool indicesOnDense)
    {
        if (length < 0) { throw new ArgumentOutOfRangeException("newLogicalLength", "Must be non-negative."); }
        int count = valuesCount ?? length;
        if (count < 0) { throw new ArgumentOutOfRangeException(nameof(valuesCount), "If specified, must be non-negative."); }
        if (count > length) { throw new ArgumentOutOfRangeException(nameof(valuesCount), "If specified, must be no greater than newLogicalLength"); }

        bool needsIndices = count < length || indicesOnDense;
        T[] values = Grow(_values, count, maximum, keepOld);
        int[] indices = needsIndices ? Grow(_indices, count, maximum, keepOld) : _indices;
        return new(length, count, values, indices, needsIndices, values != _values, indices != _indices);
    }

    internal VBufferEditor<T> Edit() => Edit(Length, _count, null, false, false);

    // Doubling keeps a cursor over vectors of growing length from allocating at every row.
    private static TItem[] Grow<TItem>(TItem[] array, int size, int? maximum, bool keepOld)
    {
        int length = array?.Length ?? 0;
        if (length >= size) { return array; }
        long limit = Math.Max(size, Math.Min(maximum ?? Array.MaxLength, Array.MaxLength));
        var grown = new TItem[(int)Math.Min(Math.Max(size, 2L * length), limit)];
        if (keepOld && array is not null) { array.CopyTo(grown, 0); }
        return grown;
    }

    private static void Require(bool condition, string parameter)
    {
        if (!condition) { throw new ArgumentOutOfRangeException(parameter); }
    }

    private int LowerBound(int index)
    {
        if (_count == 0) { return 0; }
        int found = Array.BinarySearch(_indices, 0, _count, index);
        return found >= 0 ? found : ~found;
    }
}
