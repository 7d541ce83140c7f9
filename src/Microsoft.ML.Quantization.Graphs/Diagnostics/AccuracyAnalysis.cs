using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Diagnostics;

/// <summary>Gathers what <see cref="AccuracyReport"/> tells, in one pass over the data.</summary>
internal static class AccuracyAnalysis
{
    public static AccuracyReport Run(Graph model, Graph quantized, IEnumerable<ImmutableArray<Tensor>> batches, ExecutionOptions options)
    {
        using var run = new ComparisonRun(model, quantized, outputs: true, shadows: true, options);
        var all = new Dictionary<MatchedValue, Sums>(ReferenceEqualityComparer.Instance);
        foreach (MatchedValue match in run.Matches) { all[match] = new(Representable(match.Site.Parameters), match.Site.Parameters?.Scale / 2 ?? 0); }
        run.Run(batches, (match, isShadow, reference, approximation) => all[match].Add(isShadow, reference.AsSpan<float>(), approximation.AsSpan<float>()));

        IEnumerable<AccuracyRow> rows = run.Matches.Select(match => all[match].ToRow(match.Site, match.Site.Operator == MatchedValue.Input
            ? null : NumericSuite.Weights(match, run.Model, quantized, options.Operators)?.Similarity.Sqnr));
        ImmutableSortedDictionary<string, double> outputs = run.Matches.Where(match => run.Model.IsOutput(match.FloatValue))
            .ToImmutableSortedDictionary(match => match.FloatValue, match => all[match].Outputs.Sqnr, StringComparer.Ordinal);
        return new([.. rows.OrderBy(row => row.OwnSqnr ?? (row.Site.Operator == MatchedValue.Input ? row.Sqnr : double.PositiveInfinity))], outputs);
    }

    private static SeenRange? Representable(QuantizationParameters? parameters) => parameters is null or { IsPerChannel: true } ? null
        : new(Dequantizer.Real(parameters.Range.Minimum, parameters.Scale, parameters.ZeroPoint), Dequantizer.Real(parameters.Range.Maximum, parameters.Scale, parameters.ZeroPoint));

    private sealed class Sums(SeenRange? representable, float halfStep)
    {
        private Similarity? _shadows;
        private float _minimum = float.PositiveInfinity, _maximum = float.NegativeInfinity;
        private long _clipped;

        public Similarity Outputs { get; private set; }

        public void Add(bool isShadow, ReadOnlySpan<float> reference, ReadOnlySpan<float> approximation)
        {
            Similarity similarity = Similarity.Of(reference, approximation);
            if (isShadow)
            {
                _shadows = (_shadows ?? default) + similarity;
                return;
            }
            Outputs += similarity;
            foreach (float value in reference)
            {
                _minimum = MathF.Min(_minimum, value);
                _maximum = MathF.Max(_maximum, value);
                if (representable is { } range && (value < range.Minimum - halfStep || value > range.Maximum + halfStep)) { _clipped++; }
            }
        }

        public AccuracyRow ToRow(ComparedSite site, double? weightSqnr) => new(site, _shadows?.Sqnr, Outputs.Sqnr, weightSqnr,
            new(_minimum, _maximum), representable, Outputs.Count == 0 ? 0 : (double)_clipped / Outputs.Count);
    }
}
