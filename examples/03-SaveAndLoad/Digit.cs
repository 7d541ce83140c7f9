using System.Globalization;
using Microsoft.ML.Data;

namespace SaveAndLoad;

/// <summary>One row: an image of a digit as the network wants it, and which digit it is.</summary>
public sealed class Digit
{
    /// <summary>8 rows of 8 pixels, from 0 to 1.</summary>
    [VectorType(64)]
    public float[] Pixels { get; set; } = [];

    /// <summary>The digit.</summary>
    public int Label { get; set; }

    /// <summary>Reads a file of 64 counts (0 to 16) and the digit on each line.</summary>
    public static Digit[] Load(string path) => [.. File.ReadLines(path).Select(line => line.Split(','))
        .Select(cells => new Digit { Pixels = [.. cells.Take(64).Select(cell => int.Parse(cell, CultureInfo.InvariantCulture) / 16f)], Label = int.Parse(cells[64], CultureInfo.InvariantCulture) })];
}
