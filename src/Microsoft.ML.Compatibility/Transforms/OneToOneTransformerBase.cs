namespace Microsoft.ML.Data;

/// <summary>A transformer that makes each new column of one column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected OneToOneTransformerBase(InputOutputColumnPair[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var names = new HashSet<string>();
        foreach (InputOutputColumnPair pair in columns)
        {
            if (!names.Add(pair.OutputColumnName))
            {
                throw new ArgumentOutOfRangeException(nameof(columns), $"Name of the result column '{pair.OutputColumnName}' specified multiple times");
            }
        }
        Columns = columns;
    }

    private protected InputOutputColumnPair[] Columns { get; }
}
