using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Rewrites a prepared graph with the parameters its observers chose: each observed value is quantized where it is written and dequantized
/// for each reader, weights become int8 constants and biases int32 constants behind a DequantizeLinear.
/// <code>
/// y = op(x, W, b)   becomes   y = dq(q(op(dq(q(x)), dq(W₈), dq(b₃₂))))
/// </code>
/// </summary>
/// <remarks>
/// All rounding is ONNX's (<see cref="Rounding.Divide"/>). Inputs and outputs keep their names and stay float. A float node goes on reading
/// the float value where one exists; it reads the dequantized one where a quantized node wrote it, as in PyTorch. Source: PyTorch
/// <c>convert_fx</c>, <c>convert_pt2e</c>.
/// </remarks>
public static class Converter
{
    /// <summary>
    /// The first operator set whose DequantizeLinear has an axis. Graphs have the form of this one or a newer one, whatever the file they
    /// came from, so a smaller number is raised without changing a node.
    /// </summary>
    public const int SmallestOpset = 13;

    /// <summary>The quantized graph.</summary>
    /// <remarks>Weights keep their sizes: channels are evened out only by <see cref="StaticQuantizer.Convert()"/>, which saw the ranges of each.</remarks>
    /// <param name="prepared">What to quantize.</param>
    /// <param name="calibration">What its observers saw.</param>
    /// <param name="preferSpeed">
    /// Whether operators that would be slower quantized stay float: those without an integer form, and stretches too short to pay for their
    /// codes. By a table of measured costs, so the result does not depend on the machine; a note says which and why.
    /// </param>
    /// <exception cref="QuantizationException">The calibration is of another graph, or a value was never observed.</exception>
    public static PassResult Run(PreparedGraph prepared, Calibration calibration, bool preferSpeed = false)
    {
        if (!ReferenceEquals(prepared, calibration.Prepared)) { new Calibration(prepared, calibration.ObserverNames).CheckFingerprint(calibration.Fingerprint); }
        ImmutableDictionary<string, QuantizationParameters> parameters = GroupParameters.Of(prepared, calibration);
        if (!preferSpeed) { return new QdqRewrite(prepared, parameters, calibration.ObserverNames).Run(); }
        (PreparedGraph rest, ImmutableDictionary<string, QuantizationParameters> needed, ImmutableArray<PassNote> notes) = FasterInFloat.Run(prepared, calibration, parameters);
        PassResult result = new QdqRewrite(rest, needed, calibration.ObserverNames).Run();
        return result with { Notes = [.. notes, .. result.Notes] };
    }
}
