using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>What calibration learned, and all that conversion needs. Safe to share between threads.</summary>
/// <param name="quantizer">The quantizer that has seen all rows.</param>
/// <param name="warnings">What a user should know beside the warnings of the conversion.</param>
internal sealed class CalibrationResult(StaticQuantizer quantizer, ImmutableArray<string> warnings)
{
    private readonly Lazy<QuantizedModel> _converted = Once(quantizer, warnings, preferSpeed: false), _fast = Once(quantizer, warnings, preferSpeed: true);

    /// <summary>The statistics.</summary>
    public Calibration Calibration => quantizer.Calibration;

    /// <summary>The int8 network they lead to; converted once, when first asked for.</summary>
    public QuantizedModel Convert(bool preferSpeed = false) => preferSpeed ? _fast.Value : _converted.Value;

    private static Lazy<QuantizedModel> Once(StaticQuantizer quantizer, ImmutableArray<string> warnings, bool preferSpeed) =>
        new(() => quantizer.Convert(preferSpeed) is var model && warnings.IsEmpty ? model : model with { Warnings = [.. warnings, .. model.Warnings] });
}
