namespace Microsoft.ML.Data;

/// <summary>The scored rows of two classes. Rows with a missing label or a score that is not finite do not count.</summary>
internal sealed class BinaryEvaluation
{
    private readonly List<Row> _rows = [];
    private readonly string[] _names;
    private double _logLoss;

    private BinaryEvaluation(string[] names) => _names = names;

    /// <summary>The mean of -log2 of the probability of what was right.</summary>
    public double LogLoss => _rows.Count > 0 ? _logLoss / _rows.Count : 0;

    public double PositiveFraction => Positives / (double)_rows.Count;

    private int Positives => _rows.Count(row => row.IsPositive);

    public static BinaryEvaluation Run(IDataView data, string label, string score, string probability, string predicted)
    {
        DataViewSchema.Column labels = Require(data, label, "label"), scores = Require(data, score, "score");
        Require(data, predicted, "predicted label");
        DataViewSchema.Column? probabilities = probability is null ? null : Require(data, probability, "probability");
        RequireSingle(scores, "score");
        if (probabilities is { } named) { RequireSingle(named, "probability"); }

        var evaluation = new BinaryEvaluation(NamesOf(labels));
        using DataViewRowCursor cursor = data.GetRowCursor(probabilities is { } needed ? [labels, scores, needed] : [labels, scores]);
        Func<float> readLabel = Labels.BinaryReader(cursor, labels);
        ValueGetter<float> readScore = cursor.GetGetter<float>(scores), readProbability = probabilities is { } used ? cursor.GetGetter<float>(used) : null;
        float value = 0, chance = float.NaN;
        while (cursor.MoveNext())
        {
            float truth = readLabel();
            readScore(ref value);
            if (!float.IsFinite(value) || float.IsNaN(truth)) { continue; }
            readProbability?.Invoke(ref chance);
            evaluation._rows.Add(new(value, truth > 0));
            evaluation._logLoss -= Math.Log(truth > 0 ? chance : 1.0 - chance, 2);
        }
        return evaluation;
    }

    public static double EntropyOf(double fraction) => fraction is <= 0 or >= 1 ? 0 : (-fraction * Math.Log(fraction, 2)) - ((1 - fraction) * Math.Log(1 - fraction, 2));

    /// <summary>How often a positive row scores above a negative one; ties count half.</summary>
    public double AreaUnderRocCurve()
    {
        long positives = Positives, negatives = _rows.Count - positives;
        if (positives == 0) { throw new ArgumentOutOfRangeException("PosSample", "AUC is not defined when there is no positive class in the data"); }
        if (negatives == 0) { throw new ArgumentOutOfRangeException("NegSample", "AUC is not defined when there is no negative class in the data"); }
        double above = 0, area = 0;
        foreach (IGrouping<float, Row> tied in _rows.GroupBy(row => row.Score).OrderByDescending(group => group.Key))
        {
            double tiedPositives = tied.Count(row => row.IsPositive), tiedNegatives = tied.Count() - tiedPositives;
            area += tiedNegatives * (above + (tiedPositives / 2));
            above += tiedPositives;
        }
        return area / ((double)positives * negatives);
    }

    /// <summary>Trapezoids between the rows in the order of their scores, the best first.</summary>
    public double AreaUnderPrecisionRecallCurve()
    {
        double positives = Positives, hits = 0, precision = 1, area = 0;
        foreach ((int taken, Row row) in _rows.OrderByDescending(row => row.Score).Index())
        {
            double before = precision, recall = hits / positives;
            hits += row.IsPositive ? 1 : 0;
            precision = hits / (taken + 1);
            if (row.IsPositive) { area += ((hits / positives) - recall) * (before + precision) / 2; }
        }
        return area;
    }

    /// <summary>The positive class first; a score above 0 is taken for positive.</summary>
    public ConfusionMatrix ToConfusionMatrix()
    {
        double[][] counts = [[0, 0], [0, 0]];
        foreach (Row row in _rows) { counts[row.IsPositive ? 0 : 1][row.Score > 0 ? 0 : 1]++; }
        return new(counts, _names, isBinary: true);
    }

    private static DataViewSchema.Column Require(IDataView data, string name, string role) => data.Schema.GetColumnOrNull(name) ?? throw Errors.MissingColumn("schema", name, role);

    private static void RequireSingle(DataViewSchema.Column column, string role)
    {
        if (!column.Type.Equals(NumberDataViewType.Single)) { throw Errors.WrongColumn("schema", role, column.Name, "Single", column.Type.ToString()); }
    }

    private static string[] NamesOf(DataViewSchema.Column label)
    {
        if (!label.HasKeyValues()) { return ["positive", "negative"]; }
        VBuffer<ReadOnlyMemory<char>> names = default;
        label.GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private readonly record struct Row(float Score, bool IsPositive);
}
