using System.Globalization;

namespace Microsoft.ML.Quantization.Testing.ReferenceData;

/// <summary>UCI Optical Recognition of Handwritten Digits: 64 pixel counts from 0 to 16, divided by 16, and the digit.</summary>
public static class Digits
{
    private const int Pixels = 64;

    /// <summary>All rows of one part.</summary>
    public static ReferenceSet Load(bool training)
    {
        string[] lines = File.ReadAllLines(RepositoryFolder.At("examples", "data", "optdigits", $"optdigits-{(training ? "train" : "test")}.csv"));
        var inputs = new Tensor(ElementType.Float32, new Shape(lines.Length, Pixels));
        long[] labels = new long[lines.Length];
        for (int row = 0; row < lines.Length; row++)
        {
            string[] fields = lines[row].Split(',');
            for (int pixel = 0; pixel < Pixels; pixel++) { inputs.AsSpan<float>()[row * Pixels + pixel] = int.Parse(fields[pixel], CultureInfo.InvariantCulture) / 16f; }
            labels[row] = (long)double.Parse(fields[Pixels], CultureInfo.InvariantCulture);
        }
        return new(inputs, Tensor.Create(labels));
    }
}
