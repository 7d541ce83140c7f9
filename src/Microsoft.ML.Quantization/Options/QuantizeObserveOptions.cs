using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization;

/// <summary>What calibration reads and how. Everything has a default.</summary>
public record QuantizeObserveOptions : ScoringOptions
{
    /// <summary>Which observers watch what, and what stays float.</summary>
    public QConfigMapping QConfigs { get; init; } = QConfigMapping.Default;

    /// <summary>
    /// Says node by node what is quantized and how, in place of <see cref="QConfigs"/>: <see cref="XnnpackQuantizer"/>, <see cref="X86InductorQuantizer"/>, or one of your own.
    /// Null, the default, leaves it to <see cref="QConfigs"/>. Not together with <see cref="ConvertOptions.PreferSpeed"/>.
    /// </summary>
    public GraphQuantizer? Quantizer { get; init; }

    /// <summary>The observers that names in <see cref="QConfigs"/> can mean; add your own with <see cref="ObserverList.With"/>.</summary>
    public ObserverList Observers { get; init; } = ObserverList.BuiltIn;

    /// <summary>
    /// Rows to calibrate on, drawn from the whole view by <see cref="Seed"/>, each row equally likely. Null, the default, reads all rows of the
    /// view. A view that does not know its number of rows is counted first.
    /// </summary>
    public int? CalibrationRows { get; init; }

    /// <summary>Fixes which rows are drawn. Without <see cref="CalibrationRows"/> it has no effect.</summary>
    public int Seed { get; init; }

    /// <summary>Told after every batch while fitting.</summary>
    public IProgress<QuantizationProgress>? Progress { get; init; }

    /// <summary>Asked before every batch while fitting; <c>Fit</c> then ends with <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}
