using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>One appended column.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Output">Which output of the network fills it.</param>
/// <param name="Value">What a row of that output is.</param>
internal sealed record ScoreOutput(string Column, int Output, RowValue Value)
{
    /// <summary>Its type.</summary>
    public VectorDataViewType Type => new(ItemTypes.Of(Value.Type)!, Value.Length);

    /// <summary>A getter of its values.</summary>
    /// <param name="runner">Where the network runs.</param>
    /// <param name="column">Its index among the appended columns.</param>
    /// <param name="score">Sees to it that the current row is scored, and returns its index in the runner.</param>
    public Delegate MakeGetter(RowRunner runner, int column, Func<int> score) => Value.Type switch
    {
        ElementType.Float32 => Getter<float>(runner, column, score),
        ElementType.Float64 => Getter<double>(runner, column, score),
        ElementType.Int64 => Getter<long>(runner, column, score),
        ElementType.Int32 => Getter<int>(runner, column, score),
        ElementType.Int16 => Getter<short>(runner, column, score),
        ElementType.Int8 => Getter<sbyte>(runner, column, score),
        ElementType.UInt64 => Getter<ulong>(runner, column, score),
        ElementType.UInt32 => Getter<uint>(runner, column, score),
        ElementType.UInt16 => Getter<ushort>(runner, column, score),
        ElementType.UInt8 => Getter<byte>(runner, column, score),
        _ => Getter<bool>(runner, column, score),
    };

    private static ValueGetter<VBuffer<T>> Getter<T>(RowRunner runner, int column, Func<int> score) where T : unmanaged => (ref VBuffer<T> value) =>
    {
        int row = score();
        ReadOnlySpan<T> result = runner.Output<T>(column, row);
        VBufferEditor<T> editor = VBufferEditor.Create(ref value, result.Length);
        result.CopyTo(editor.Values);
        value = editor.Commit();
    };
}
