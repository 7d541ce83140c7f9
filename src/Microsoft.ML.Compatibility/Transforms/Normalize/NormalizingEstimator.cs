using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class NormalizingEstimator : IEstimator<NormalizingTransformer>
{
    private readonly InputOutputColumnPair[] _columns;
    private readonly NormalizerOptions _options;

    internal NormalizingEstimator(InputOutputColumnPair[] columns, NormalizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (options.MaximumExamples <= 1) { throw new ArgumentOutOfRangeException("maximumExampleCount", "Must be greater than 1"); }
        (_columns, _options) = (columns, options);
    }

    /// <summary>ML.NET's default values; constants, because they are the defaults of parameters.</summary>
    internal static class Defaults
    {
        public const bool EnsureZeroUntouched = true;
        public const bool MeanVarCdf = false;
        public const long MaximumExampleCount = 1000000000;
    }

    public NormalizingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column[] columns = [.. _columns.Select(pair => ColumnNormalizer.Require(input.Schema, pair.InputColumnName))];
        using DataViewRowCursor cursor = input.GetRowCursor(columns.DistinctBy(column => column.Index));
        NormalizerFitting[] fittings = [.. columns.Select(column => NormalizerFitting.Create(cursor, column))];
        for (long row = 0; row < _options.MaximumExamples && cursor.MoveNext(); row++)
        {
            foreach (NormalizerFitting fitting in fittings) { fitting.Look(); }
        }
        return new(_columns, [.. fittings.Select(fitting => fitting.Finish(_options))]);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (InputOutputColumnPair pair in _columns)
        {
            SchemaShape.Column input = inputSchema.Require(pair.InputColumnName);
            if (input.Kind == SchemaShape.Column.VectorKind.VariableVector)
            {
                throw Errors.WrongColumn(nameof(inputSchema), "input", input.Name, "known-size vector or scalar", $"VariableVector of {input.ItemType}");
            }
            if (input.IsKey || (!input.ItemType.Equals(NumberDataViewType.Single) && !input.ItemType.Equals(NumberDataViewType.Double)))
            {
                throw Errors.WrongColumn(nameof(inputSchema), "input", input.Name, "vector or scalar of Single or Double", input.TypeText);
            }
            List<SchemaShape.Column> annotations = [SchemaShape.Create("IsNormalized", BooleanDataViewType.Instance)];
            if (input.Annotations.Find("SlotNames") is { } names) { annotations.Add(names); }
            inputSchema = inputSchema.With(new(pair.OutputColumnName, input.Kind, input.ItemType, isKey: false, new(annotations)));
        }
        return inputSchema;
    }
}
