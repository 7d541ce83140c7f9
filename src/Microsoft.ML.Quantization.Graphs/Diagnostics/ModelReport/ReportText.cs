using System.Globalization;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Facts of findings as text, the same in every culture.</summary>
internal static class ReportText
{
    /// <summary>A number that reads back as the same float.</summary>
    public static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>As in JSON.</summary>
    public static string Truth(bool value) => value ? "true" : "false";

    /// <summary>Truths as ones and zeros, to stand in a column of numbers.</summary>
    public static float Bit(bool value) => value ? 1f : 0f;
}
