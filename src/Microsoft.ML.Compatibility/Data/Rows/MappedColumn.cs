namespace Microsoft.ML.Data;

/// <summary>
/// One column of a <see cref="RowMapping"/>. Without <see cref="MakeGetter"/> it is the input's column <c>Inputs[0]</c>, passed through;
/// with it, a getter made from the columns it names as inputs.
/// </summary>
internal sealed record MappedColumn(
    string Name, DataViewType Type, DataViewSchema.Annotations Annotations, int[] Inputs, Func<DataViewRow, Delegate> MakeGetter = null)
{
    public static MappedColumn PassThrough(DataViewSchema.Column column, string name = null) =>
        new(name ?? column.Name, column.Type, column.Annotations, [column.Index]);
}
