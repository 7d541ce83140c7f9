using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class ColumnConcatenatingEstimator : IEstimator<ColumnConcatenatingTransformer>
{
    private readonly string _output;
    private readonly string[] _inputs;

    internal ColumnConcatenatingEstimator(string output, string[] inputs)
    {
        Errors.RequireNotEmpty(output, "outputColumnName");
        if (inputs is not { Length: > 0 }) { throw new ArgumentOutOfRangeException("inputColumnNames", "Input columns not specified"); }
        (_output, _inputs) = (output, inputs);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        SchemaShape.Column[] inputs = [.. _inputs.Select(inputSchema.Require)];
        foreach (SchemaShape.Column column in inputs)
        {
            if (column.IsKey) { throw new InvalidOperationException($"Column '{column.Name}' is key. Concatenation of keys is unsupported."); }
            if (!column.ItemType.Equals(inputs[0].ItemType))
            {
                throw new InvalidOperationException($"Concatenated columns should have the same type. Column '{column.Name}' has type of {column.ItemType}, " +
                    $"but expected column type is {inputs[0].ItemType}.");
            }
        }

        var annotations = new List<SchemaShape.Column>();
        if (inputs.All(column => column.Annotations.Find("IsNormalized") is not null))
        {
            annotations.Add(SchemaShape.Create("IsNormalized", BooleanDataViewType.Instance));
        }

        if (inputs.Any(column => column.Kind == SchemaShape.Column.VectorKind.Scalar || column.Annotations.Find("SlotNames") is not null))
        {
            annotations.Add(new("SlotNames", SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false));
        }

        bool variable = inputs.Any(column => column.Kind == SchemaShape.Column.VectorKind.VariableVector);
        return inputSchema.With(new(_output, variable ? SchemaShape.Column.VectorKind.VariableVector : SchemaShape.Column.VectorKind.Vector,
            inputs[0].ItemType, isKey: false, new(annotations)));
    }

    public ColumnConcatenatingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(_output, _inputs);
    }
}
