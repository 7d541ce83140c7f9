using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>An input of a model and the column that feeds it.</summary>
internal sealed record OnnxInput(OrtSlot Slot, DataViewSchema.Column Column)
{
    public static OnnxInput Bind(OrtSlot slot, DataViewSchema schema)
    {
        int[] sizes = OnnxModel.BatchOfOne(slot);
        if (sizes.Count(size => size == 0) > 1) { throw new ArgumentOutOfRangeException(slot.Name, "Only 1 unknown dimension is allowed"); }
        DataViewSchema.Column column = schema.GetColumnOrNull(slot.Name) ?? throw Errors.MissingColumn("inputSchema", slot.Name);
        var vector = column.Type as VectorDataViewType;
        DataViewType item = vector?.ItemType ?? column.Type;
        PrimitiveDataViewType expected = OrtTypes.ItemOf(slot);
        if (!item.Equals(expected) && !(item is KeyDataViewType && item.RawType == expected.RawType))
        {
            throw Errors.WrongColumn("inputSchema", "input", slot.Name, expected.ToString(), column.Type.ToString());
        }
        int length = vector?.Size ?? 1, one = sizes.Aggregate(1, (product, size) => product * size);
        if (one > 0 && length % one != 0) { throw Mismatch(slot.Name, sizes, length); }
        return new(slot, column);
    }

    /// <summary>The tensor's sizes for a column value of <paramref name="length"/> items.</summary>
    public long[] SizesFor(int length)
    {
        int[] sizes = OnnxModel.BatchOfOne(Slot);
        int known = sizes.Where(size => size > 0).Aggregate(1, (product, size) => product * size);
        int open = Array.IndexOf(sizes, 0);
        if (open >= 0) { sizes[open] = length / known; }
        if (sizes.Aggregate(1, (product, size) => product * size) != length) { throw Mismatch(Slot.Name, sizes, length); }
        return [.. sizes.Select(size => (long)size)];
    }

    private static InvalidOperationException Mismatch(string name, int[] sizes, int length) =>
        new($"Input shape mismatch: Input '{name}' has shape {string.Join(",", sizes)}, but input data is of length {length}.");
}
