namespace Microsoft.ML.Quantization.Tool.Data;

/// <summary>Names that arrays of a <c>.npz</c> file may have.</summary>
internal static class ArrayName
{
    /// <summary>
    /// Refuses a name that, unpacked by another program, would leave its folder. Slashes alone are fine: values of a model are
    /// often called <c>/head/Gemm_output_0</c>.
    /// </summary>
    /// <exception cref="QuantizationException">The name is empty, climbs out with <c>..</c>, or has backslashes or control characters.</exception>
    public static void Check(string path, string name)
    {
        if (name.Length == 0 || name.Contains('\\') || name.Any(char.IsControl) || name.Split('/').Contains(".."))
        {
            throw new QuantizationException($"'{path}' has an array named '{string.Concat(name.Select(c => char.IsControl(c) ? '?' : c))}'; expected a plain name, not a path.");
        }
    }
}
