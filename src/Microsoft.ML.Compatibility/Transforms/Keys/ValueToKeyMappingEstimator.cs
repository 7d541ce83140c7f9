using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class ValueToKeyMappingEstimator : IEstimator<ValueToKeyMappingTransformer>
{
    private readonly InputOutputColumnPair[] _columns;
    private readonly KeyMapOptions _options;

    internal ValueToKeyMappingEstimator(InputOutputColumnPair[] columns, KeyMapOptions options) => (_columns, _options) = (columns, options);

    public enum KeyOrdinality : byte
    {
        ByOccurrence = 0,
        ByValue = 1,
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (InputOutputColumnPair pair in _columns)
        {
            SchemaShape.Column input = inputSchema.Require(pair.InputColumnName);
            DataViewType values = _options.ValuesAsText ? TextDataViewType.Instance : input.ItemType;
            List<SchemaShape.Column> annotations = input.Annotations.Find("SlotNames") is { } names ? [names] : [];
            annotations.Add(new("KeyValues", SchemaShape.Column.VectorKind.Vector, values, isKey: false));
            inputSchema = inputSchema.With(new(pair.OutputColumnName, input.Kind, NumberDataViewType.UInt32, isKey: true, new(annotations)));
        }

        return inputSchema;
    }

    public ValueToKeyMappingTransformer Fit(IDataView input) =>
        new(_columns, [.. _columns.Select(pair => KeyMap.Learn(input, pair.InputColumnName, _options))]);
}
