using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Values as keys: the number of the value in a list of values, from 1; 0 for one that is not in the list.</summary>
public sealed class ValueToKeyMappingTransformer : OneToOneTransformerBase
{
    private readonly KeyMap[] _maps;

    internal ValueToKeyMappingTransformer(InputOutputColumnPair[] columns, KeyMap[] maps) : base(columns) => _maps = maps;

    internal ValueToKeyMappingTransformer(ModelLoadContext context) : base(context.Reader.ReadPairs())
    {
        _maps = new KeyMap[Columns.Length];
        for (int i = 0; i < _maps.Length; i++) { _maps[i] = KeyMap.Read(context.Reader); }
    }

    private protected override void Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.ValueToKey);
        ctx.Writer.Write(Columns);
        foreach (KeyMap map in _maps) { map.Write(ctx.Writer); }
    }

    private protected override RowMapping Bind(DataViewSchema schema) => RowMapping.Append(schema, Columns.Select((pair, i) => _maps[i].Map(pair.OutputColumnName,
        schema.GetColumnOrNull(pair.InputColumnName) ?? throw Errors.MissingColumn("inputSchema", pair.InputColumnName))));
}
