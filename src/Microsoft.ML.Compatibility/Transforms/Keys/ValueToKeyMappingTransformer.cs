using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Values as keys: the number of the value in a list of values, from 1; 0 for one that is not in the list.</summary>
public sealed class ValueToKeyMappingTransformer : ITransformer
{
    private readonly InputOutputColumnPair[] _columns;
    private readonly KeyMap[] _maps;

    internal ValueToKeyMappingTransformer(InputOutputColumnPair[] columns, KeyMap[] maps) => (_columns, _maps) = (columns, maps);

    internal ValueToKeyMappingTransformer(ModelLoadContext context)
    {
        _columns = context.Reader.ReadPairs();
        _maps = new KeyMap[_columns.Length];
        for (int i = 0; i < _maps.Length; i++) { _maps[i] = KeyMap.Read(context.Reader); }
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new MappedView(input, Bind(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.ValueToKey);
        ctx.Writer.Write(_columns);
        foreach (KeyMap map in _maps) { map.Write(ctx.Writer); }
    }

    private RowMapping Bind(DataViewSchema schema) => RowMapping.Append(schema, _columns.Select((pair, i) => _maps[i].Map(pair.OutputColumnName,
        schema.GetColumnOrNull(pair.InputColumnName) ?? throw Errors.MissingColumn("inputSchema", pair.InputColumnName))));
}
