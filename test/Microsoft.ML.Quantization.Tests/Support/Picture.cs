using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>A value that is a class, as images are: it belongs to whoever read it.</summary>
internal sealed record Picture(int Number);

internal sealed class PictureType() : StructuredDataViewType(typeof(Picture))
{
    public override bool Equals(DataViewType? other) => other is PictureType;

    public override bool Equals(object? obj) => obj is PictureType;

    public override int GetHashCode() => 1;
}

[AttributeUsage(AttributeTargets.Property)]
internal sealed class PictureTypeAttribute : DataViewTypeAttribute
{
    public override bool Equals(DataViewTypeAttribute? other) => other is PictureTypeAttribute;

    public override int GetHashCode() => 1;

    public override void Register() => DataViewTypeManager.Register(new PictureType(), typeof(Picture), this);
}

internal sealed class WithPicture
{
    [VectorType(16)]
    public float[] Features { get; set; } = [];

    [PictureType]
    public Picture? Picture { get; set; }
}
