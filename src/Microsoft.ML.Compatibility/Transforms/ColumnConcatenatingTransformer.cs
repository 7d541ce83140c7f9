using Microsoft.ML.Transforms;

namespace Microsoft.ML.Data;

/// <summary>Scalars and vectors of one item type, one after the other in one vector.</summary>
public sealed class ColumnConcatenatingTransformer : RowToRowTransformerBase
{
    private readonly string _output;
    private readonly string[] _inputs;

    internal ColumnConcatenatingTransformer(string output, string[] inputs) => (_output, _inputs) = (output, inputs);

    internal ColumnConcatenatingTransformer(ModelLoadContext context) : this(context.Reader.ReadString(), context.Reader.ReadNames())
    {
    }

    private protected override void Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Concatenate);
        ctx.Writer.Write(_output);
        ctx.Writer.Write(_inputs);
    }

    private protected override RowMapping Bind(DataViewSchema schema)
    {
        DataViewSchema.Column[] columns = [.. _inputs.Select(name => schema.GetColumnOrNull(name) ?? throw Errors.MissingColumn("inputSchema", name))];
        return RowMapping.Append(schema, [Concatenation.Create(_output, columns)]);
    }
}
