namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Which versions of ONNX this package reads and writes.</summary>
public static class OnnxVersions
{
    /// <summary>Oldest operator set that is read.</summary>
    public const int OldestOpset = 1;

    /// <summary>Newest operator set that is read.</summary>
    public const int NewestOpset = 28;

    /// <summary>The operator set older models are brought to when they are read: the first with per-channel QuantizeLinear.</summary>
    public const int GraphOpset = 13;

    internal const int OldestFormat = 3;

    internal const int NewestFormat = 14;

    internal const int FirstFormatWithFunctions = 8;

    /// <summary>The oldest file format (<c>ir_version</c>) that may carry an operator set, so that the oldest readers can open the file.</summary>
    /// <remarks>Source: the table of releases in ONNX's versioning document.</remarks>
    internal static int FormatOf(int opset) => opset switch
    {
        <= 9 => 4,
        10 => 5,
        11 => 6,
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        <= 22 => 10,
        23 => 11,
        24 => 12,
        _ => 13,
    };
}
