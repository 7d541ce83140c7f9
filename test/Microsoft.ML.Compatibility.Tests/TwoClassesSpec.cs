using Microsoft.ML.Data;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class TwoClassesSpec
{
    private readonly MLContext _ml = new(seed: 1);

    private sealed class Scored
    {
        public bool Label { get; set; }

        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class Measured
    {
        public float Label { get; set; }

        public float Score { get; set; }
    }

    private static Scored Row(bool label, float score, float probability) => new() { Label = label, Score = score, Probability = probability, PredictedLabel = score > 0 };

    // By score: + - + +|- -, the bar is 0.
    private IDataView Data => _ml.Data.LoadFromEnumerable(new[]
    {
        Row(true, 3, 0.875f), Row(false, 2, 0.75f), Row(true, 1, 0.5f), Row(true, 0.5f, 0.5f), Row(false, -1, 0.25f), Row(false, -2, 0.125f),
    });

    [TestMethod]
    public void Counts_make_accuracy_precision_recall_and_F1()
    {
        BinaryClassificationMetrics metrics = _ml.BinaryClassification.EvaluateNonCalibrated(Data);

        Assert.AreEqual(5.0 / 6, metrics.Accuracy, 1e-12);
        Assert.AreEqual(3.0 / 4, metrics.PositivePrecision, 1e-12);
        Assert.AreEqual(1.0, metrics.PositiveRecall, 1e-12);
        Assert.AreEqual(1.0, metrics.NegativePrecision, 1e-12);
        Assert.AreEqual(2.0 / 3, metrics.NegativeRecall, 1e-12);
        Assert.AreEqual(2 * 0.75 / 1.75, metrics.F1Score, 1e-12);
        Assert.AreEqual(3, metrics.ConfusionMatrix.Counts[0][0], "the positive class comes first");
        Assert.AreEqual(1, metrics.ConfusionMatrix.Counts[1][0]);
    }

    [TestMethod]
    public void The_area_under_the_curve_counts_pairs_in_the_right_order()
    {
        Assert.AreEqual(7.0 / 9, _ml.BinaryClassification.EvaluateNonCalibrated(Data).AreaUnderRocCurve, 1e-12);

        IDataView tied = _ml.Data.LoadFromEnumerable(new[] { Row(true, 1, 0.5f), Row(false, 1, 0.5f) });
        Assert.AreEqual(0.5, _ml.BinaryClassification.EvaluateNonCalibrated(tied).AreaUnderRocCurve, 1e-12);

        IDataView one = _ml.Data.LoadFromEnumerable(new[] { Row(true, 1, 0.5f) });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.EvaluateNonCalibrated(one));
    }

    [TestMethod]
    public void The_area_under_precision_and_recall_is_made_of_trapezoids()
    {
        // Precision after each row: 1, 1/2, 2/3, 3/4, ...; recall grows by 1/3 at rows 1, 3 and 4.
        double expected = (((1 + 1) / 2.0) + ((0.5 + (2.0 / 3)) / 2) + (((2.0 / 3) + 0.75) / 2)) / 3;
        Assert.AreEqual(expected, _ml.BinaryClassification.EvaluateNonCalibrated(Data).AreaUnderPrecisionRecallCurve, 1e-12);
    }

    [TestMethod]
    public void The_log_loss_is_in_bits()
    {
        CalibratedBinaryClassificationMetrics metrics = _ml.BinaryClassification.Evaluate(Data);
        double expected = -(Math.Log2(0.875) + Math.Log2(0.25) + Math.Log2(0.5) + Math.Log2(0.5) + Math.Log2(0.75) + Math.Log2(0.875)) / 6;

        Assert.AreEqual(expected, metrics.LogLoss, 1e-6);
        Assert.AreEqual(1.0, metrics.Entropy, 1e-12);
        Assert.AreEqual(1 - expected, metrics.LogLossReduction, 1e-6);
    }

    [TestMethod]
    public void The_confusion_table_is_laid_out_as_MLNET_does()
    {
        string[] lines = _ml.BinaryClassification.EvaluateNonCalibrated(Data).ConfusionMatrix.GetFormattedConfusionTable().ReplaceLineEndings("\n").Split('\n');

        Assert.AreEqual("TEST POSITIVE RATIO:\t0.5000 (3.0/(3.0+3.0))", lines[0]);
        Assert.AreEqual("Confusion table", lines[1]);
        Assert.AreEqual("          ||======================", lines[2]);
        Assert.AreEqual("PREDICTED || positive | negative | Recall", lines[3]);
        Assert.AreEqual("TRUTH     ||======================", lines[4]);
        Assert.AreEqual(" positive ||        3 |        0 | 1.0000", lines[5]);
        Assert.AreEqual(" negative ||        1 |        2 | 0.6667", lines[6]);
        Assert.AreEqual("          ||======================", lines[7]);
        Assert.AreEqual("Precision ||   0.7500 |   1.0000 |", lines[8]);
    }

    [TestMethod]
    public void Missing_columns_are_named()
    {
        var wrong = Assert.Throws<Exception>(() => _ml.BinaryClassification.Evaluate(Data, probabilityColumnName: "Chance"));
        StringAssert.Contains(wrong.Message, "Chance");
    }

    [TestMethod]
    public void Regression_compares_numbers()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(new[]
        {
            new Measured { Label = 1, Score = 2 }, new Measured { Label = 3, Score = 3 }, new Measured { Label = 5, Score = 2 }, new Measured { Label = float.NaN, Score = 9 },
        });
        RegressionMetrics metrics = _ml.Regression.Evaluate(data);

        Assert.AreEqual(4.0 / 3, metrics.MeanAbsoluteError, 1e-12);
        Assert.AreEqual(10.0 / 3, metrics.MeanSquaredError, 1e-12);
        Assert.AreEqual(Math.Sqrt(10.0 / 3), metrics.RootMeanSquaredError, 1e-12);
        Assert.AreEqual(10.0 / 3, metrics.LossFunction, 1e-6);
        Assert.AreEqual(1 - (10.0 / 8), metrics.RSquared, 1e-12);
    }

    [TestMethod]
    public void A_label_that_is_no_number_is_refused()
    {
        var wrong = Assert.Throws<ArgumentException>(() => _ml.Regression.Evaluate(Data, labelColumnName: "Label"));
        StringAssert.Contains(wrong.Message, "Single");
    }
}
