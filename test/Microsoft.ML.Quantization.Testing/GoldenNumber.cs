using System.Text.Json;

namespace Microsoft.ML.Quantization.Testing;

/// <summary>Numbers as golden files write them: JSON numbers, booleans as 0 and 1, and the strings <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>.</summary>
public static class GoldenNumber
{
    /// <summary>One number. Float32 values are shortest round-trip decimals, so narrowing the double gives their bits back.</summary>
    /// <exception cref="FormatException">The element is not a number.</exception>
    public static double Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String => element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            string other => throw new FormatException($"'{other}' is not a number of a golden file."),
            null => throw new FormatException("null is not a number of a golden file."),
        },
        _ => throw new FormatException($"{element.ValueKind} is not a number of a golden file."),
    };

    /// <summary>An array of numbers.</summary>
    public static double[] ReadAll(JsonElement array) => [.. array.EnumerateArray().Select(Read)];

    /// <summary>An array of float32 numbers.</summary>
    public static float[] ReadFloats(JsonElement array) => [.. array.EnumerateArray().Select(e => (float)Read(e))];

    /// <summary>An array of integers.</summary>
    public static int[] ReadInts(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];
}
