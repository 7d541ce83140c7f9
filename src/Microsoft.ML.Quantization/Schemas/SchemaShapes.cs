using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>
/// Makes columns of a <see cref="SchemaShape"/>. Their constructor is internal to ML.NET, but a chain that is fitted derives the shape of its
/// input's schema and hands it to its estimators; so a probe in a chain of one receives the shape of any schema, with vectors, keys and
/// annotations of any type. The only file that knows.
/// </summary>
internal static class SchemaShapes
{
    /// <summary>The shape ML.NET derives from <paramref name="schema"/>.</summary>
    public static SchemaShape Of(DataViewSchema schema)
    {
        var probe = new Probe();
        new EstimatorChain<ITransformer>().Append(probe).Fit(new SchemaOnlyView(schema));
        return probe.Shape!;
    }

    /// <summary><paramref name="input"/> with more columns, each replacing one of the same name.</summary>
    public static SchemaShape Append(SchemaShape input, DataViewSchema added)
    {
        HashSet<string> names = [.. added.Select(column => column.Name)];
        return new([.. input.Where(column => !names.Contains(column.Name)), .. Of(added)]);
    }

    private sealed class Probe : IEstimator<ITransformer>
    {
        public SchemaShape? Shape { get; private set; }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Shape = inputSchema;

        public ITransformer Fit(IDataView input) => new TransformerChain<ITransformer>();
    }
}
