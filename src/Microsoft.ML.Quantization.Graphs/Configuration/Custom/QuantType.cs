namespace Microsoft.ML.Quantization.Graphs;

/// <summary>When and how ranges are found (PyTorch's <c>QuantType</c>).</summary>
public enum QuantType
{
    /// <summary>In each run.</summary>
    Dynamic,

    /// <summary>By calibration.</summary>
    Static,

    /// <summary>In training.</summary>
    Qat,

    /// <summary>Of the weights only.</summary>
    WeightOnly,
}
