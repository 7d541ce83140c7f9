using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class TypeConvertingEstimator : TrivialEstimator<TypeConvertingTransformer>
{
    private readonly InputOutputColumnPair[] _columns;
    private readonly DataKind _kind;

    internal TypeConvertingEstimator(InputOutputColumnPair[] columns, DataKind kind) : base(new(columns, kind)) => (_columns, _kind) = (columns, kind);

    /// <remarks>Annotations pass through, and keys lose their mark, as in ML.NET.</remarks>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        PrimitiveDataViewType target = MemberTypes.Of(_kind);
        foreach (InputOutputColumnPair pair in _columns)
        {
            SchemaShape.Column input = inputSchema.Require(pair.InputColumnName);
            if (!Conversions.Exists(input.ItemType.RawType, target.RawType))
            {
                throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Don't know how to convert {pair.InputColumnName} into {target}");
            }
            inputSchema = inputSchema.With(new(pair.OutputColumnName, input.Kind, target, isKey: false, input.Annotations));
        }
        return inputSchema;
    }
}
