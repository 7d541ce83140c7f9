using System.Collections.Immutable;
using Microsoft.ML.Quantization.Sampling;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Watches the model's inputs and outputs for calibration data whose first rows do not stand for the rest: each as a whole, and inputs of two or
/// three axes also by the index of their second axis, because one column may drift inside the range of the others.
/// </summary>
internal sealed class RangeWatch(Graph graph)
{
    // A detector takes some kilobytes; wider inputs are watched as a whole only.
    private const int MostColumns = 256;

    private readonly ImmutableHashSet<string> _inputs = graph.Inputs.Select(value => value.Name).ToImmutableHashSet(StringComparer.Ordinal);

    private readonly ImmutableSortedDictionary<string, RangeDriftDetector> _detectors = graph.Inputs.Concat(graph.Outputs)
        .Where(value => value.Fact.Type == ElementType.Float32)
        .Select(value => value.Name).Distinct(StringComparer.Ordinal)
        .ToImmutableSortedDictionary(name => name, _ => new RangeDriftDetector(), StringComparer.Ordinal);

    private readonly SortedDictionary<string, RangeDriftDetector[]> _columns = new(StringComparer.Ordinal);

    public bool Wants(string value) => _detectors.ContainsKey(value);

    /// <summary>Takes in a batch, row-major with the rows on the first axis.</summary>
    public void Observe(string value, ReadOnlySpan<float> elements, Shape shape)
    {
        int rows = shape.Rank == 0 ? 1 : shape[0];
        if (elements.IsEmpty) { return; }
        int length = elements.Length / rows;
        RangeDriftDetector[] columns = Columns(value, shape);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> values = elements.Slice(row * length, length);
            Add(_detectors[value], values);
            int each = columns.Length == 0 ? 0 : length / columns.Length;
            for (int column = 0; column < columns.Length; column++) { Add(columns[column], values.Slice(column * each, each)); }
        }
    }

    /// <summary>At most one for each value: of the whole, or else of the first column that drifts.</summary>
    public ImmutableArray<string> Warnings => [.. _detectors.Select(pair => pair.Value.Warning(pair.Key) ?? ColumnWarning(pair.Key)).OfType<string>()];

    private string? ColumnWarning(string value) => !_columns.TryGetValue(value, out RangeDriftDetector[]? columns)
        ? null
        : columns.Select((detector, column) => detector.Warning($"{value}[:, {column}]")).FirstOrDefault(warning => warning is not null);

    private RangeDriftDetector[] Columns(string value, Shape shape)
    {
        if (shape.Rank is not (2 or 3) || shape[1] is < 2 or > MostColumns || !_inputs.Contains(value)) { return []; }
        if (!_columns.TryGetValue(value, out RangeDriftDetector[]? columns)) { _columns[value] = columns = [.. Enumerable.Range(0, shape[1]).Select(_ => new RangeDriftDetector())]; }
        // An axis whose size changes from batch to batch is a length, not columns.
        return columns.Length == shape[1] ? columns : [];
    }

    private static void Add(RangeDriftDetector detector, ReadOnlySpan<float> values)
    {
        (float minimum, float maximum, double sum, int count) = (float.PositiveInfinity, float.NegativeInfinity, 0, 0);
        foreach (float value in values)
        {
            if (!float.IsFinite(value)) { continue; }
            minimum = MathF.Min(minimum, value);
            maximum = MathF.Max(maximum, value);
            sum += MathF.Abs(value);
            count++;
        }
        if (count > 0) { detector.Add(minimum, maximum, sum / count); }
    }
}
