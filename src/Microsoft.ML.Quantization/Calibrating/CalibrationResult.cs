using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>What calibration learned, and all that conversion needs. Safe to share between threads.</summary>
internal sealed class CalibrationResult(StaticQuantizer quantizer)
{
    private readonly Lazy<QuantizedModel> _converted = new(quantizer.Convert);

    /// <summary>The statistics.</summary>
    public Calibration Calibration => quantizer.Calibration;

    /// <summary>The int8 network they lead to; converted once, when first asked for.</summary>
    public QuantizedModel Convert() => _converted.Value;
}
