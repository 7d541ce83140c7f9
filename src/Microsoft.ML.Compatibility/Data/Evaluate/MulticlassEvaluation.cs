namespace Microsoft.ML.Data;

/// <summary>Counts a scored view. Rows with a missing label, a label that is no class number, or a score that is not finite do not count.</summary>
internal sealed class MulticlassEvaluation
{
    private const float SmallestProbability = 1e-15f;

    private readonly double[][] _confusion;
    private readonly double[] _instancesOfClass;
    private readonly double[] _logLossOfClass;
    private readonly double[] _ranks;
    private double _instances;
    private double _logLoss;

    private MulticlassEvaluation(int classes)
    {
        _confusion = [.. Enumerable.Range(0, classes).Select(_ => new double[classes])];
        (_instancesOfClass, _logLossOfClass, _ranks) = (new double[classes], new double[classes], new double[classes + 1]);
    }

    private int Classes => _confusion.Length;

    public static MulticlassClassificationMetrics Run(IDataView data, DataViewSchema.Column label, DataViewSchema.Column score, int topK)
    {
        if (score.Type is not VectorDataViewType { Size: >= 2 } type || !ReferenceEquals(type.ItemType, NumberDataViewType.Single))
        {
            throw Errors.WrongColumn("schema", "score", score.Name, "vector of two or more items of type Single", score.Type.ToString());
        }

        var evaluation = new MulticlassEvaluation(type.Size);
        using DataViewRowCursor cursor = data.GetRowCursor([label, score]);
        Func<float> readLabel = Labels.Reader(cursor, label);
        ValueGetter<VBuffer<float>> readScores = cursor.GetGetter<VBuffer<float>>(score);
        VBuffer<float> scores = default;
        float[] dense = new float[type.Size];
        while (cursor.MoveNext())
        {
            float number = readLabel();
            if (float.IsNaN(number) || number < 0 || number != (int)number) { continue; }
            readScores(ref scores);
            if (scores.Length != dense.Length) { throw new InvalidOperationException($"A row has {scores.Length} scores; expected {dense.Length}."); }
            scores.CopyTo(dense);
            if (dense.All(float.IsFinite)) { evaluation.Count((int)number, dense); }
        }

        return evaluation.ToMetrics(score, topK);
    }

    private void Count(int label, float[] scores)
    {
        bool known = label < Classes;
        double logLoss = -Math.Log(known ? Math.Min(1, Math.Max(SmallestProbability, scores[label])) : SmallestProbability);

        // Of equal scores the first class wins. A label that no score belongs to ranks last.
        int assigned = Array.IndexOf(scores, scores.Max());
        int rank = known ? scores.Where((other, i) => other > scores[label] || (other == scores[label] && i < label)).Count() : Classes;

        _instances++;
        _logLoss += logLoss;
        _ranks[rank]++;
        if (!known) { return; }
        _instancesOfClass[label]++;
        _logLossOfClass[label] += logLoss;
        _confusion[label][assigned]++;
    }

    private MulticlassClassificationMetrics ToMetrics(DataViewSchema.Column score, int topK)
    {
        int[] seen = [.. Enumerable.Range(0, Classes).Where(i => _instancesOfClass[i] > 0)];
        double logLoss = _instances > 0 ? _logLoss / _instances : 0;
        double entropy = -seen.Sum(i => _instancesOfClass[i] * Math.Log(_instancesOfClass[i] / _instances)) / _instances;
        double found = 0;
        double[] topKAccuracies = [.. _ranks.Take(topK).Select(count => found += count / _instances)];
        return new()
        {
            MicroAccuracy = _instances > 0 ? _ranks[0] / _instances : 0,
            MacroAccuracy = seen.Length > 0 ? seen.Average(i => _confusion[i][i] / _instancesOfClass[i]) : 0,
            LogLoss = logLoss,
            LogLossReduction = (entropy - logLoss) / entropy,
            TopKPredictionCount = topK,
            TopKAccuracyForAllK = topK > 0 ? topKAccuracies : null,
            PerClassLogLoss = [.. _logLossOfClass.Select((sum, i) => _instancesOfClass[i] > 0 ? sum / _instancesOfClass[i] : 0)],
            ConfusionMatrix = new ConfusionMatrix(_confusion, NamesOf(score)),
        };
    }

    private string[] NamesOf(DataViewSchema.Column score)
    {
        if (!score.HasSlotNames()) { return [.. Enumerable.Range(0, Classes).Select(i => $"{i}")]; }
        VBuffer<ReadOnlyMemory<char>> names = default;
        score.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
