using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>A column under a second name, with all its annotations.</summary>
public sealed class ColumnCopyingTransformer : OneToOneTransformerBase
{
    internal ColumnCopyingTransformer(params InputOutputColumnPair[] columns) : base(columns)
    {
    }

    internal ColumnCopyingTransformer(ModelLoadContext context) : base(context.Reader.ReadPairs())
    {
    }

    private protected override void Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Copy);
        ctx.Writer.Write(Columns);
    }

    private protected override RowMapping Bind(DataViewSchema schema) => RowMapping.Append(schema, Columns.Select(pair => MappedColumn.PassThrough(
        schema.GetColumnOrNull(pair.InputColumnName) ?? throw Errors.MissingColumn("inputSchema", pair.InputColumnName), pair.OutputColumnName)));
}
