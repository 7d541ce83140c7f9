using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Turns a graph with observers into a quantized one (PyTorch's <c>convert_pt2e</c>): QuantizeLinear and DequantizeLinear at every annotated point, one
/// DequantizeLinear for each reader; products with dynamic ranges and embeddings in the forms of <see cref="ModelQuantizer.QuantizeDynamic"/>.
/// </summary>
/// <remarks>
/// A bias without a specification stays float in the graph, as in PyTorch; the integer engine rounds it to units of input scale · weight scale. Dynamic qint8 codes are
/// written as ONNX's quint8 ones: the same reals, 128 codes up.
/// </remarks>
public static class ConvertPt2e
{
    /// <summary>The quantized graph.</summary>
    /// <param name="prepared">What to quantize.</param>
    /// <param name="calibration">What its observers saw.</param>
    /// <param name="useReferenceRepresentation">Whether operators on codes are written out in integer arithmetic, see <see cref="ReferenceRepresentation"/>.</param>
    /// <param name="foldQuantize">Whether constants are stored as codes; otherwise as floats with a QuantizeLinear behind them.</param>
    /// <exception cref="QuantizationException">The calibration is of another graph, or a value was never observed.</exception>
    public static PassResult Run(Pt2eGraph prepared, Calibration calibration, bool useReferenceRepresentation = false, bool foldQuantize = true)
    {
        if (!ReferenceEquals(prepared.Prepared, calibration.Prepared)) { new Calibration(prepared.Prepared, calibration.ObserverNames).CheckFingerprint(calibration.Fingerprint); }
        OperatorList operators = prepared.Prepared.Operators;
        PassResult result = new AnnotatedRewrite(prepared, Parameters(prepared, calibration), foldQuantize).Run();
        ImmutableArray<IGraphPass> passes = [new FuseActivation(operators), new AnnotatedRunRanges(prepared, calibration.ObserverNames), new DuplicateDequantize(operators), new PortMetadata(operators)];
        if (useReferenceRepresentation) { passes = passes.Add(new ReferenceRepresentation(operators)); }
        PassResult rest = FusionPipeline.Run(result.Graph, passes);
        return new(rest.Graph, [.. result.Notes, .. rest.Notes]);
    }

    private static Dictionary<PointGroup, QuantizationParameters> Parameters(Pt2eGraph prepared, Calibration calibration)
    {
        var parameters = new Dictionary<PointGroup, QuantizationParameters>(ReferenceEqualityComparer.Instance);
        foreach (PointGroup group in prepared.Groups)
        {
            if (group.Observed is { } observed && observed.Spec.Scheme != QScheme.PerChannelAffineFloatQParams) { parameters[group] = observed.Fixed ?? GroupParameters.Observed(prepared.Prepared.Graph, observed, calibration); }
        }
        foreach (PointGroup group in prepared.Groups)
        {
            if (group.Spec is DerivedQuantizationSpec derived) { parameters[group] = derived.DeriveQParams([.. derived.DerivedFrom.Select(point => Known(group, point))]); }
        }
        return parameters;

        QuantizationParameters Known(PointGroup group, QuantizationPoint point) => prepared.GroupOf(point) is { } from && parameters.TryGetValue(from, out QuantizationParameters? known) ? known
            : throw new QuantizationException($"The parameters of '{group.Points[0]}' derive from '{point}', which has none; expected a point with an observer or fixed parameters.");
    }
}
