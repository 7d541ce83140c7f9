using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class KeyToValueMappingEstimator : TrivialEstimator<KeyToValueMappingTransformer>
{
    private readonly InputOutputColumnPair[] _columns;

    internal KeyToValueMappingEstimator(InputOutputColumnPair[] columns) : base(new(columns)) => _columns = columns;

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (InputOutputColumnPair pair in _columns)
        {
            SchemaShape.Column input = inputSchema.Require(pair.InputColumnName);
            if (!input.IsKey) { throw Errors.WrongColumn(nameof(inputSchema), "input", input.Name, "KeyType", input.ItemType.ToString()); }
            SchemaShape.Column values = input.Annotations.Find("KeyValues")
                ?? throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Input column '{input.Name}' doesn't contain key values metadata");
            SchemaShape annotations = new(input.Annotations.Where(annotation => annotation.Name == "SlotNames"));
            inputSchema = inputSchema.With(new(pair.OutputColumnName, input.Kind, values.ItemType, isKey: false, annotations));
        }

        return inputSchema;
    }
}
