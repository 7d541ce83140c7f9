using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

public sealed class OnnxScoringEstimator : IEstimator<OnnxTransformer>
{
    private readonly OnnxTransformer _transformer;

    internal OnnxScoringEstimator(OnnxTransformer transformer) => _transformer = transformer;

    public OnnxTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (string name in _transformer.Inputs)
        {
            SchemaShape.Column column = inputSchema.Require(name);
            OrtSlot slot = _transformer.Model.FindInput(name) ?? throw new InvalidOperationException($"Column {name} doesn't match input node names of model.");
            if (slot.Sizes.Skip(1).Count(size => size <= 0) > 1) { throw new ArgumentOutOfRangeException(name, "Only 1 unknown dimension is allowed"); }
            PrimitiveDataViewType expected = OrtTypes.ItemOf(slot);
            if (!column.ItemType.Equals(expected)) { throw Errors.WrongColumn(nameof(inputSchema), "input", name, expected.ToString(), column.ItemType.ToString()); }
        }
        foreach (string name in _transformer.Outputs)
        {
            // A tensor without dimensions has no size either.
            DataViewType type = _transformer.Model.TypeOfOutput(name);
            inputSchema = inputSchema.With(SchemaShape.Create(OnnxModel.ColumnOf(name), type is PrimitiveDataViewType item ? new VectorDataViewType(item) : type));
        }
        return inputSchema;
    }
}
