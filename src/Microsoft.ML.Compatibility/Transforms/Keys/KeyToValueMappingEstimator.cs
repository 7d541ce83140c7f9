using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class KeyToValueMappingEstimator : IEstimator<KeyToValueMappingTransformer>
{
    private readonly InputOutputColumnPair[] _columns;

    internal KeyToValueMappingEstimator(InputOutputColumnPair[] columns) => _columns = columns;

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (InputOutputColumnPair pair in _columns)
        {
            SchemaShape.Column input = inputSchema.Require(pair.InputColumnName);
            if (!input.IsKey) { throw Errors.WrongColumn(nameof(inputSchema), "input", input.Name, "KeyType", input.ItemType.ToString()); }
            SchemaShape.Column values = input.Annotations.Find("KeyValues")
                ?? throw Errors.MissingColumn(nameof(inputSchema), "KeyValues", $"'{input.Name}' annotation");
            SchemaShape annotations = new(input.Annotations.Where(annotation => annotation.Name == "SlotNames"));
            inputSchema = inputSchema.With(new(pair.OutputColumnName, input.Kind, values.ItemType, isKey: false, annotations));
        }

        return inputSchema;
    }

    public KeyToValueMappingTransformer Fit(IDataView input)
    {
        var transformer = new KeyToValueMappingTransformer(_columns);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }
}
