using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>A column under a second name, with all its annotations.</summary>
public sealed class ColumnCopyingTransformer : ITransformer
{
    private readonly string _output;
    private readonly string _input;

    internal ColumnCopyingTransformer(string output, string input) => (_output, _input) = (output, input);

    internal ColumnCopyingTransformer(ModelLoadContext context) : this(context.Reader.ReadString(), context.Reader.ReadString())
    {
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new MappedView(input, Bind(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Copy);
        ctx.Writer.Write(_output);
        ctx.Writer.Write(_input);
    }

    private RowMapping Bind(DataViewSchema schema)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(_input) ?? throw Errors.MissingColumn("inputSchema", _input);
        return RowMapping.Append(schema, [MappedColumn.PassThrough(column, _output)]);
    }
}
