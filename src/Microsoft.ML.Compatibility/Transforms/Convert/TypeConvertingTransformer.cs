using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>The values of columns in another type.</summary>
public sealed class TypeConvertingTransformer : OneToOneTransformerBase
{
    private readonly DataKind _kind;

    internal TypeConvertingTransformer(InputOutputColumnPair[] columns, DataKind kind) : base(columns) => _kind = kind;

    internal TypeConvertingTransformer(ModelLoadContext context) : this(context.Reader.ReadPairs(), (DataKind)context.Reader.ReadByte())
    {
    }

    private protected override void Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Convert);
        ctx.Writer.Write(Columns);
        ctx.Writer.Write((byte)_kind);
    }

    private protected override RowMapping Bind(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return RowMapping.Append(schema, Columns.Select(pair => ColumnConversion.Create(pair.OutputColumnName,
            schema.GetColumnOrNull(pair.InputColumnName) ?? throw Errors.MissingColumn("inputSchema", pair.InputColumnName), _kind)));
    }
}
