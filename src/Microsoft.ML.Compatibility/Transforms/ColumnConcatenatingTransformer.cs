using Microsoft.ML.Transforms;

namespace Microsoft.ML.Data;

/// <summary>Scalars and vectors of one item type, one after the other in one vector.</summary>
public sealed class ColumnConcatenatingTransformer : ITransformer
{
    private readonly string _output;
    private readonly string[] _inputs;

    internal ColumnConcatenatingTransformer(string output, string[] inputs) => (_output, _inputs) = (output, inputs);

    internal ColumnConcatenatingTransformer(ModelLoadContext context) : this(context.Reader.ReadString(), context.Reader.ReadNames())
    {
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new MappedView(input, Bind(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Concatenate);
        ctx.Writer.Write(_output);
        ctx.Writer.Write(_inputs);
    }

    private RowMapping Bind(DataViewSchema schema)
    {
        DataViewSchema.Column[] columns = [.. _inputs.Select(name => schema.GetColumnOrNull(name) ?? throw Errors.MissingColumn("inputSchema", name))];
        return RowMapping.Append(schema, [Concatenation.Create(_output, columns)]);
    }
}
