namespace Microsoft.ML.Transforms;

public sealed class ColumnSelectingEstimator : IEstimator<ColumnSelectingTransformer>
{
    private readonly ColumnSelection _selection;

    internal ColumnSelectingEstimator(ColumnSelection selection) => _selection = selection;

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return _selection.Apply(inputSchema);
    }

    public ColumnSelectingTransformer Fit(IDataView input)
    {
        var transformer = new ColumnSelectingTransformer(_selection);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }
}
