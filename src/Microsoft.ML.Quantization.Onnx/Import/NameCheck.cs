namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Refuses names that cannot be written back or shown as they were.</summary>
internal static class NameCheck
{
    /// <summary>The name, when it is proper text.</summary>
    /// <exception cref="QuantizationException">Its bytes were no UTF-8, or one is 0.</exception>
    public static string Text(string name, string what) => name.Contains('\uFFFD')
        ? throw new QuantizationException($"{what} is called '{name}', whose bytes are not UTF-8; expected text. The file is damaged.")
        : name.Contains('\0')
            ? throw new QuantizationException($"{what} is called '{name.Replace('\0', '?')}', where ? is a byte of 0; expected text. The file is damaged.")
            : name;

    /// <summary>The name, when it is proper text and not empty.</summary>
    /// <exception cref="QuantizationException">It is empty or its bytes were no UTF-8.</exception>
    public static string Required(string name, string what) => name.Length == 0
        ? throw new QuantizationException($"{what} has no name; expected one. Export the model again.")
        : Text(name, what);
}
