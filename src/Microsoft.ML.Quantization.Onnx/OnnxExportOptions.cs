namespace Microsoft.ML.Quantization.Onnx;

/// <summary>How a graph is written.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>
    /// From how many bytes of constants on they are written to a second file, <c>NAME.data</c> beside the model. By default just under
    /// 2 GB, which is all that one ONNX file can hold.
    /// </summary>
    public long ExternalDataThreshold { get; init; } = LargestInside;

    /// <summary>Which names the file keeps.</summary>
    public NamePolicy Names { get; init; } = NamePolicy.Keep;

    internal const long LargestInside = int.MaxValue - (16L << 20);
}
