using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class CustomMappingEstimator<TSrc, TDst> : TrivialEstimator<CustomMappingTransformer<TSrc, TDst>>
    where TSrc : class, new()
    where TDst : class, new()
{
    internal CustomMappingEstimator(CustomMappingTransformer<TSrc, TDst> transformer) : base(transformer)
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (MemberColumn member in Transformer.Inputs)
        {
            SchemaShape.Column expected = SchemaShape.Create(member.Name, member.Type), actual = inputSchema.Require(member.Name);
            bool kindFits = expected.Kind == actual.Kind || (expected.Kind == SchemaShape.Column.VectorKind.VariableVector && actual.Kind == SchemaShape.Column.VectorKind.Vector);
            if (!kindFits || expected.IsKey != actual.IsKey || !expected.ItemType.Equals(actual.ItemType))
            {
                throw Errors.WrongColumn(nameof(inputSchema), "input", member.Name, member.Type.ToString(), actual.TypeText);
            }
        }
        return Transformer.Outputs.Aggregate(inputSchema, (shape, member) => shape.With(SchemaShape.Create(member.Name, member.Type,
            member.Annotations is null ? null : SchemaShape.Create(member.Annotations.Schema))));
    }
}
