using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>What a normalizer has learned of one column.</summary>
internal abstract class ColumnNormalizer
{
    public abstract NormalizingTransformer.NormalizerModelParametersBase Parameters { get; }

    public static DataViewSchema.Column Require(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name) ?? throw Errors.MissingColumn("inputSchema", name);
        DataViewType item = (column.Type as VectorDataViewType)?.ItemType ?? column.Type;
        if (!item.Equals(NumberDataViewType.Single) && !item.Equals(NumberDataViewType.Double) || column.Type is VectorDataViewType { IsKnownSize: false })
        {
            throw new ArgumentOutOfRangeException("srcType", $"Wrong column type for input column. Expected: Single, Double, Vector of Single or Vector of Double. Got: {column.Type}.");
        }
        return column;
    }

    public static ColumnNormalizer Read(BinaryReader reader) => reader.ReadBoolean() ? new SlotNormalizer<float>(reader) : new SlotNormalizer<double>(reader);

    public abstract MappedColumn Map(string output, DataViewSchema.Column input);

    public abstract void Write(BinaryWriter writer);

    protected static DataViewSchema.Annotations Annotate(DataViewSchema.Column input)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("IsNormalized", BooleanDataViewType.Instance, true);
        annotations.Add(input.Annotations, name => name == "SlotNames");
        return annotations.ToAnnotations();
    }
}
