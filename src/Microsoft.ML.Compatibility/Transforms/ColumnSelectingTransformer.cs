using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class ColumnSelectingTransformer : ITransformer
{
    private readonly ColumnSelection _selection;

    internal ColumnSelectingTransformer(ColumnSelection selection) => _selection = selection;

    internal ColumnSelectingTransformer(ModelLoadContext context)
        : this(new ColumnSelection(context.Reader.ReadNames(), context.Reader.ReadBoolean(), context.Reader.ReadBoolean()))
    {
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _selection.Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new MappedView(input, _selection.Bind(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => _selection.Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Select);
        ctx.Writer.Write(_selection.Names);
        ctx.Writer.Write(_selection.Drop);
        ctx.Writer.Write(_selection.KeepHidden);
    }
}
