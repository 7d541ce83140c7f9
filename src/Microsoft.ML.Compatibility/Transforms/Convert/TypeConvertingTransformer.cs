using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>The values of columns in another type.</summary>
public sealed class TypeConvertingTransformer : ITransformer
{
    private readonly InputOutputColumnPair[] _columns;
    private readonly DataKind _kind;

    internal TypeConvertingTransformer(InputOutputColumnPair[] columns, DataKind kind) => (_columns, _kind) = (columns, kind);

    internal TypeConvertingTransformer(ModelLoadContext context) : this(context.Reader.ReadPairs(), (DataKind)context.Reader.ReadByte())
    {
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new MappedView(input, Bind(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Convert);
        ctx.Writer.Write(_columns);
        ctx.Writer.Write((byte)_kind);
    }

    private RowMapping Bind(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return RowMapping.Append(schema, _columns.Select(pair => ColumnConversion.Create(pair.OutputColumnName,
            schema.GetColumnOrNull(pair.InputColumnName) ?? throw Errors.MissingColumn("inputSchema", pair.InputColumnName), _kind)));
    }
}
