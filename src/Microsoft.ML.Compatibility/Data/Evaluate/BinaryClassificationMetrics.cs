namespace Microsoft.ML.Data;

public class BinaryClassificationMetrics
{
    private protected BinaryClassificationMetrics(BinaryEvaluation evaluation)
    {
        AreaUnderRocCurve = evaluation.AreaUnderRocCurve();
        AreaUnderPrecisionRecallCurve = evaluation.AreaUnderPrecisionRecallCurve();
        ConfusionMatrix = evaluation.ToConfusionMatrix();
        Accuracy = (ConfusionMatrix.Counts[0][0] + ConfusionMatrix.Counts[1][1]) / ConfusionMatrix.Counts.Sum(row => row.Sum());
        (PositivePrecision, NegativePrecision) = (ConfusionMatrix.PerClassPrecision[0], ConfusionMatrix.PerClassPrecision[1]);
        (PositiveRecall, NegativeRecall) = (ConfusionMatrix.PerClassRecall[0], ConfusionMatrix.PerClassRecall[1]);
        double sum = PositivePrecision + PositiveRecall;
        F1Score = sum == 0 ? 0 : 2 * PositivePrecision * PositiveRecall / sum;
    }

    public double AreaUnderRocCurve { get; }

    public double Accuracy { get; }

    public double PositivePrecision { get; }

    public double PositiveRecall { get; private set; }

    public double NegativePrecision { get; }

    public double NegativeRecall { get; }

    public double F1Score { get; }

    public double AreaUnderPrecisionRecallCurve { get; }

    public ConfusionMatrix ConfusionMatrix { get; }

    internal static BinaryClassificationMetrics Of(BinaryEvaluation evaluation) => new(evaluation);
}
