using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Which columns stay: the named ones in the order of the names, or all but the named ones.</summary>
internal sealed record ColumnSelection(string[] Names, bool Drop, bool KeepHidden)
{
    public SchemaShape Apply(SchemaShape shape)
    {
        RequireAll(shape.Select(column => column.Name));
        return Drop
            ? new(shape.Where(column => !Names.Contains(column.Name)))
            : new(shape.Where(column => Names.Contains(column.Name)));
    }

    public RowMapping Bind(DataViewSchema schema)
    {
        RequireAll(schema.Select(column => column.Name));
        IEnumerable<DataViewSchema.Column> kept = Drop
            ? schema.Where(column => !Names.Contains(column.Name))
            : Names.SelectMany(name => schema.Where(column => column.Name == name && (KeepHidden || !column.IsHidden)));
        return new(schema, [.. kept.Select(column => MappedColumn.PassThrough(column))]);
    }

    private void RequireAll(IEnumerable<string> present)
    {
        string[] missing = [.. Names.Except(present)];
        if (missing.Length > 0) { throw Errors.MissingColumn("inputSchema", string.Join(",", missing)); }
    }
}
