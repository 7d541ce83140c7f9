namespace Microsoft.ML.Quantization.Graphs;

/// <summary>In which order a step's buffers hold the axes of a tensor. Shapes are always stated in ONNX's order.</summary>
public enum BufferLayout
{
    /// <summary>ONNX's order: batch, channels, spatial axes.</summary>
    RowMajor,

    /// <summary>Batch, spatial axes, channels. The same bytes as row-major for tensors of rank 2 or less.</summary>
    ChannelsLast,

    /// <summary>Whatever the first run-time input has; all inputs and outputs of the step share it.</summary>
    Any,
}
