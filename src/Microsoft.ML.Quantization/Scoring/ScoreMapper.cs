using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>Binds <see cref="ScoreColumns"/> to a schema: which columns go in, what schema comes out.</summary>
internal sealed class ScoreMapper : IRowToRowMapper
{
    public ScoreMapper(ScoreColumns columns, DataViewSchema input)
    {
        (Columns, InputSchema) = (columns, input);
        Sources = [.. columns.Inputs.Select(column => column.Require(input))];

        var schema = new DataViewSchema.Builder();
        schema.AddColumns(input);
        schema.AddColumns(columns.ToSchema([.. columns.Inputs.Select(column => Quantization.Columns.Generation(input, column.Name))]));
        OutputSchema = schema.ToSchema();
    }

    public ScoreColumns Columns { get; }

    /// <summary>The columns behind the network's inputs.</summary>
    public ImmutableArray<DataViewSchema.Column> Sources { get; }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>The appended column at an index of <see cref="OutputSchema"/>, or null for a column of the input.</summary>
    public ScoreOutput? Appended(int index) => index < InputSchema.Count ? null : Columns.Outputs[index - InputSchema.Count];

    /// <summary>A flag for each column of <see cref="OutputSchema"/>.</summary>
    public bool[] Activate(IEnumerable<DataViewSchema.Column> columns)
    {
        bool[] active = new bool[OutputSchema.Count];
        foreach (DataViewSchema.Column column in columns) { active[column.Index] = true; }
        return active;
    }

    /// <summary>Whether any appended column is active.</summary>
    public bool Scores(bool[] active) => active.AsSpan(InputSchema.Count).Contains(true);

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        bool[] wanted = Activate(dependingColumns);
        if (Scores(wanted))
        {
            foreach (DataViewSchema.Column source in Sources) { wanted[source.Index] = true; }
        }
        return InputSchema.Where(column => wanted[column.Index]);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new ScoreRow(this, input, Activate(activeColumns));
}
