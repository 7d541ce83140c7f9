using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>The data view type of a <see cref="CalibratedColumn"/>. One instance, equal only to itself.</summary>
internal sealed class CalibratedColumnType : StructuredDataViewType
{
    private CalibratedColumnType() : base(typeof(CalibratedColumn))
    {
    }

    public static CalibratedColumnType Instance { get; } = new();

    public override bool Equals(DataViewType? other) => other is CalibratedColumnType;

    public override bool Equals(object? obj) => obj is CalibratedColumnType;

    public override int GetHashCode() => typeof(CalibratedColumnType).GetHashCode();

    public override string ToString() => "Calibration";
}
