namespace Microsoft.ML.Quantization.Onnx;

/// <summary>Which names a written file keeps. The names of inputs and outputs are always kept.</summary>
public enum NamePolicy
{
    /// <summary>All names.</summary>
    Keep,

    /// <summary>Nodes keep their names, which configurations and reports refer to; inner values and constants get short ones.</summary>
    ShortenValues,

    /// <summary>Inner values and constants get short names, nodes none: the smallest file.</summary>
    ShortenAll,
}
