using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>How a model is read.</summary>
public sealed record OnnxImportOptions
{
    /// <summary>The operators that nodes may name; by default those of this package.</summary>
    public OperatorList? Operators { get; init; }

    /// <summary>
    /// The folder that external weights are relative to. By default the model's own; a model read from a stream has none and may
    /// hold no external weights unless this is given.
    /// </summary>
    public string? WeightsFolder { get; init; }

    /// <summary>Bytes that the model may take once read. Left out, 64 MB and 8 times its file: more than a file that is in earnest needs.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Is told of everything that was read differently from what the file says.</summary>
    public Action<string>? Warning { get; init; }
}
