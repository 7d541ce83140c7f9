namespace Microsoft.ML.Transforms;

public sealed class ColumnCopyingEstimator : IEstimator<ColumnCopyingTransformer>
{
    private readonly string _output;
    private readonly string _input;

    internal ColumnCopyingEstimator(string output, string input)
    {
        Errors.RequireNotEmpty(output, "outputColumnName");
        (_output, _input) = (output, input ?? output);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return inputSchema.With(inputSchema.Require(_input).Renamed(_output));
    }

    public ColumnCopyingTransformer Fit(IDataView input)
    {
        var transformer = new ColumnCopyingTransformer(_output, _input);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }
}
