using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed class BinaryClassificationCatalog : TrainCatalogBase
{
    internal BinaryClassificationCatalog()
    {
    }

    public CalibratedBinaryClassificationMetrics Evaluate(IDataView data, string labelColumnName = "Label", string scoreColumnName = "Score",
        string probabilityColumnName = "Probability", string predictedLabelColumnName = "PredictedLabel")
    {
        ArgumentNullException.ThrowIfNull(data);
        Errors.RequireNotEmpty(labelColumnName, nameof(labelColumnName));
        Errors.RequireNotEmpty(scoreColumnName, nameof(scoreColumnName));
        Errors.RequireNotEmpty(probabilityColumnName, nameof(probabilityColumnName));
        Errors.RequireNotEmpty(predictedLabelColumnName, nameof(predictedLabelColumnName));
        return new(BinaryEvaluation.Run(data, labelColumnName, scoreColumnName, probabilityColumnName, predictedLabelColumnName));
    }

    public BinaryClassificationMetrics EvaluateNonCalibrated(IDataView data, string labelColumnName = "Label", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel")
    {
        ArgumentNullException.ThrowIfNull(data);
        Errors.RequireNotEmpty(labelColumnName, nameof(labelColumnName));
        Errors.RequireNotEmpty(predictedLabelColumnName, nameof(predictedLabelColumnName));
        return BinaryClassificationMetrics.Of(BinaryEvaluation.Run(data, labelColumnName, scoreColumnName, null, predictedLabelColumnName));
    }
}
