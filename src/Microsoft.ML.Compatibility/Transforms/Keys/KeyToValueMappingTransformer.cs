using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Keys as the values that their column's KeyValues annotation lists.</summary>
public sealed class KeyToValueMappingTransformer : ITransformer
{
    private readonly InputOutputColumnPair[] _columns;

    internal KeyToValueMappingTransformer(InputOutputColumnPair[] columns) => _columns = columns;

    internal KeyToValueMappingTransformer(ModelLoadContext context) : this(context.Reader.ReadPairs())
    {
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new MappedView(input, Bind(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.KeyToValue);
        ctx.Writer.Write(_columns);
    }

    private RowMapping Bind(DataViewSchema schema) => RowMapping.Append(schema, _columns.Select(pair => KeyValues.Map(pair.OutputColumnName,
        schema.GetColumnOrNull(pair.InputColumnName) ?? throw Errors.MissingColumn("inputSchema", pair.InputColumnName))));
}
