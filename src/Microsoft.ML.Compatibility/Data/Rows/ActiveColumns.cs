namespace Microsoft.ML.Data;

internal static class ActiveColumns
{
    public static bool[] Of(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns)
    {
        bool[] active = new bool[schema.Count];
        foreach (DataViewSchema.Column column in columns) { active[column.Index] = true; }
        return active;
    }

    public static void Require(bool[] active, DataViewSchema.Column column)
    {
        if (column.Index >= active.Length || !active[column.Index]) { throw Errors.Inactive(); }
    }
}
