namespace Microsoft.ML.Quantization.Testing.ReferenceData;

/// <summary>The rows of a reference model: what it was calibrated on and what it is judged by.</summary>
/// <param name="Inputs">Preprocessed rows as the model takes them, rows on the first axis.</param>
/// <param name="Labels">The right answers: classes as int64, or numbers as float32.</param>
public sealed record ReferenceSet(Tensor Inputs, Tensor Labels)
{
    /// <summary>How many rows the reference measurements were calibrated on.</summary>
    public const int CalibrationRows = 512;

    /// <summary>Every s-th row from row 0, s = ⌊rows / 512⌋, 512 rows in all: the calibration rows of the reference measurements.</summary>
    public Tensor Spread()
    {
        int rows = Inputs.Shape[0];
        int step = Math.Max(1, rows / CalibrationRows);
        int rowBytes = Inputs.Bytes.Length / rows;
        int count = Math.Min(CalibrationRows, (rows + step - 1) / step);
        byte[] bytes = new byte[count * rowBytes];
        for (int i = 0; i < count; i++) { Inputs.Bytes.Slice(i * step * rowBytes, rowBytes).CopyTo(bytes.AsSpan(i * rowBytes)); }
        return new(Inputs.Type, new Shape([count, .. Inputs.Shape.Sizes.AsSpan()[1..]]), bytes);
    }
}
