using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

public sealed class OnnxScoringEstimator : TrivialEstimator<OnnxTransformer>
{
    internal OnnxScoringEstimator(OnnxTransformer transformer) : base(transformer)
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (string name in Transformer.Inputs)
        {
            SchemaShape.Column column = inputSchema.Require(name);
            OrtSlot slot = Transformer.Model.FindInput(name) ?? throw new InvalidOperationException($"Column {name} doesn't match input node names of model.");
            if (slot.Sizes.Skip(1).Count(size => size <= 0) > 1) { throw new ArgumentOutOfRangeException(name, "Only 1 unknown dimension is allowed"); }
            PrimitiveDataViewType expected = OrtTypes.ItemOf(slot);
            if (!column.ItemType.Equals(expected)) { throw Errors.WrongColumn(nameof(inputSchema), "input", name, expected.ToString(), column.ItemType.ToString()); }
        }
        foreach (string name in Transformer.Outputs)
        {
            // A tensor without dimensions has no size either.
            DataViewType type = Transformer.Model.TypeOfOutput(name);
            inputSchema = inputSchema.With(SchemaShape.Create(OnnxModel.ColumnOf(name), type is PrimitiveDataViewType item ? new VectorDataViewType(item) : type));
        }
        return inputSchema;
    }
}
