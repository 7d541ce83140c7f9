using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class EvaluateSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Scored
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        [KeyType(3)]
        public uint PredictedLabel { get; set; }
    }

    private static Scored Row(uint label, params float[] score) => new() { Label = label, Score = score, PredictedLabel = (uint)Array.IndexOf(score, score.Max()) };

    private MulticlassClassificationMetrics Evaluate(params Scored[] rows) =>
        _ml.MulticlassClassification.Evaluate(_ml.Data.LoadFromEnumerable(rows), topKPredictionCount: 2);

    [TestMethod]
    public void Accuracies_count_rows_and_classes()
    {
        MulticlassClassificationMetrics metrics = Evaluate(Row(0, 0.8f, 0.1f, 0.1f), Row(0, 0.2f, 0.7f, 0.1f), Row(0, 0.9f, 0.1f, 0), Row(1, 0.1f, 0.8f, 0.1f));

        Assert.AreEqual(3.0 / 4, metrics.MicroAccuracy, 1e-12);
        Assert.AreEqual(((2.0 / 3) + 1) / 2, metrics.MacroAccuracy, 1e-12, "the mean over the classes that occur");
        Assert.AreEqual(1.0, metrics.TopKAccuracy, 1e-12, "the second guess of row 2 is right");
        Assert.AreEqual(0.75, metrics.TopKAccuracyForAllK[0], 1e-12);
    }

    [TestMethod]
    public void The_log_loss_is_the_mean_of_minus_log_of_the_right_class()
    {
        MulticlassClassificationMetrics metrics = Evaluate(Row(0, 0.5f, 0.5f, 0), Row(1, 0.75f, 0.25f, 0));
        double expected = (Math.Log(2) + Math.Log(4)) / 2;

        Assert.AreEqual(expected, metrics.LogLoss, 1e-6);
        Assert.AreEqual(Math.Log(4), metrics.PerClassLogLoss[1], 1e-6);
        Assert.AreEqual((Math.Log(2) - expected) / Math.Log(2), metrics.LogLossReduction, 1e-6, "against always answering with the priors");
    }

    [TestMethod]
    public void The_confusion_matrix_has_a_row_for_each_true_class()
    {
        ConfusionMatrix matrix = Evaluate(Row(0, 0.8f, 0.2f, 0), Row(0, 0, 0.2f, 0.8f), Row(2, 0, 0, 1)).ConfusionMatrix;

        Assert.AreEqual(3, matrix.NumberOfClasses);
        Assert.AreEqual(1, matrix.Counts[0][2]);
        Assert.AreEqual(1, matrix.GetCountForClassPair(predictedClassIndicatorIndex: 2, actualClassIndicatorIndex: 0));
        Assert.AreEqual(0.5, matrix.PerClassRecall[0]);
        Assert.AreEqual(0.5, matrix.PerClassPrecision[2]);
        StringAssert.Contains(matrix.GetFormattedConfusionTable(), "PREDICTED");
    }

    [TestMethod]
    public void A_row_without_a_label_does_not_count()
    {
        Assert.AreEqual(1.0, Evaluate(Row(0, 1, 0, 0), Row(3, 1, 0, 0)).MicroAccuracy);
    }

    [TestMethod]
    public void A_score_that_is_no_vector_is_refused()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[] { Row(0, 1, 0, 0) });
        var wrong = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.MulticlassClassification.Evaluate(data, scoreColumnName: "PredictedLabel"));
        StringAssert.Contains(wrong.Message, "PredictedLabel");
    }
}
