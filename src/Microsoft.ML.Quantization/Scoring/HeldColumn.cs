using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>The values of one active column for the rows read ahead.</summary>
internal abstract class HeldColumn
{
    /// <summary>
    /// Values of a class (images) belong to whoever read them and may be disposed, so they are not held back.
    /// Everything else in a data view is a struct: numbers, text, dates, keys, ids, vectors.
    /// </summary>
    public static bool CanHold(DataViewSchema.Column column) => column.Type.RawType.IsValueType;

    public static HeldColumn Create(DataViewRow source, DataViewSchema.Column column)
    {
        // Once for each cursor and column: the raw type is known only at run time, as everywhere in ML.NET.
        Type kind = column.Type is VectorDataViewType vector
            ? typeof(HeldVectors<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(HeldValues<>).MakeGenericType(column.Type.RawType);
        return (HeldColumn)Activator.CreateInstance(kind, source, column)!;
    }

    /// <summary>Makes room for so many rows.</summary>
    public abstract void Reserve(int rows);

    /// <summary>Stores the source's current value at <paramref name="index"/>.</summary>
    public abstract void Store(int index);

    /// <param name="current">Index of the consumer's current row.</param>
    public abstract Delegate GetGetter(Func<int> current);
}
