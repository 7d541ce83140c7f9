using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>
/// The data view type of a <see cref="CalibratedColumn"/>. All are equal, because they hold the same kind of value. Each knows the network behind
/// the column, because a shape carries the types of annotations and not their values.
/// </summary>
/// <param name="network">The network that was calibrated.</param>
/// <param name="output">Which of its outputs the column holds.</param>
internal sealed class CalibratedColumnType(RowNetwork network, int output) : StructuredDataViewType(typeof(CalibratedColumn))
{
    /// <summary>The network that was calibrated.</summary>
    public RowNetwork Network => network;

    /// <summary>Which of its outputs the column holds.</summary>
    public int Output => output;

    public override bool Equals(DataViewType? other) => other is CalibratedColumnType;

    public override bool Equals(object? obj) => obj is CalibratedColumnType;

    public override int GetHashCode() => typeof(CalibratedColumnType).GetHashCode();

    public override string ToString() => "Calibration";
}
