using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Keys as the values that their column's KeyValues annotation lists.</summary>
public sealed class KeyToValueMappingTransformer : OneToOneTransformerBase
{
    internal KeyToValueMappingTransformer(InputOutputColumnPair[] columns) : base(columns)
    {
    }

    internal KeyToValueMappingTransformer(ModelLoadContext context) : this(context.Reader.ReadPairs())
    {
    }

    private protected override void Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.KeyToValue);
        ctx.Writer.Write(Columns);
    }

    private protected override RowMapping Bind(DataViewSchema schema) => RowMapping.Append(schema, Columns.Select(pair => KeyValues.Map(pair.OutputColumnName,
        schema.GetColumnOrNull(pair.InputColumnName) ?? throw Errors.MissingColumn("inputSchema", pair.InputColumnName))));
}
