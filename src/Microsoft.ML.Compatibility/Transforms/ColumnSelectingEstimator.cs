using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class ColumnSelectingEstimator : TrivialEstimator<ColumnSelectingTransformer>
{
    private readonly ColumnSelection _selection;

    internal ColumnSelectingEstimator(ColumnSelection selection) : base(new(Check(selection))) => _selection = selection;

    private static ColumnSelection Check(ColumnSelection selection) => selection.Names is { Length: > 0 }
        ? selection
        : throw new InvalidOperationException("Neither keepColumns and dropColumns is set. Exactly one must be specified.");

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return _selection.Apply(inputSchema);
    }
}
