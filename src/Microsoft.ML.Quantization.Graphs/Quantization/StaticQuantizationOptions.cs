using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Settings of post-training static quantization. Everything has a default.</summary>
public sealed record StaticQuantizationOptions
{
    /// <summary>Which observers watch what, and what stays float.</summary>
    public QConfigMapping QConfigs { get; init; } = QConfigMapping.Default;

    /// <summary>
    /// Says node by node what is quantized and how, in place of <see cref="QConfigs"/> (PyTorch's quantization after export, PT2E): <see cref="XnnpackQuantizer"/>,
    /// <see cref="X86InductorQuantizer"/>, or one of your own. Null leaves it to <see cref="QConfigs"/>.
    /// </summary>
    public GraphQuantizer? Quantizer { get; init; }

    /// <summary>The observers that names in <see cref="QConfigs"/> can mean.</summary>
    public ObserverList Observers { get; init; } = ObserverList.BuiltIn;

    /// <summary>The engine that runs the float model over the calibration data; results do not depend on it.</summary>
    public Engine? Engine { get; init; }

    /// <summary>Threads of the calibration runs; results do not depend on them.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Bytes that the values of one calibration run may take, as <see cref="ExecutionOptions.MemoryLimit"/>.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>
    /// Whether operators that would be slower in integers stay float, see <see cref="Converter.Run"/>. The file then holds no
    /// QuantizeLinear for them, and the notes say which and why. Not together with a <see cref="Quantizer"/>, which alone decides.
    /// </summary>
    public bool PreferSpeed { get; init; }

    /// <summary>Rows the calibration data has, when known, for progress reports.</summary>
    public long? TotalRows { get; init; }

    /// <summary>Told after every batch.</summary>
    public IProgress<QuantizationProgress>? Progress { get; init; }

    /// <summary>Asked before every batch; quantization then ends with <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}

/// <summary>How far calibration has come.</summary>
/// <param name="Rows">Rows observed.</param>
/// <param name="TotalRows">Rows in all, when known.</param>
public readonly record struct QuantizationProgress(long Rows, long? TotalRows);
