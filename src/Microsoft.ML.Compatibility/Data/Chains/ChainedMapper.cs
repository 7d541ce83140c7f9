namespace Microsoft.ML.Data;

/// <summary>Mappers applied one after the other to a row.</summary>
internal sealed class ChainedMapper(IReadOnlyList<IRowToRowMapper> mappers) : IRowToRowMapper
{
    public DataViewSchema InputSchema => mappers[0].InputSchema;

    public DataViewSchema OutputSchema => mappers[^1].OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        mappers.Reverse().Aggregate(dependingColumns, (columns, mapper) => mapper.GetDependencies(columns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        var active = new IEnumerable<DataViewSchema.Column>[mappers.Count];
        for (int i = mappers.Count - 1; i >= 0; i--)
        {
            active[i] = [.. activeColumns];
            activeColumns = mappers[i].GetDependencies(active[i]);
        }

        for (int i = 0; i < mappers.Count; i++) { input = mappers[i].GetRow(input, active[i]); }
        return input;
    }
}
