using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed class MulticlassClassificationCatalog : TrainCatalogBase
{
    internal MulticlassClassificationCatalog(IHostEnvironment environment)
    {
    }

    public MulticlassClassificationMetrics Evaluate(IDataView data, string labelColumnName = "Label", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", int topKPredictionCount = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        Errors.RequireNotEmpty(labelColumnName, nameof(labelColumnName));
        Errors.RequireNotEmpty(scoreColumnName, nameof(scoreColumnName));
        Errors.RequireNotEmpty(predictedLabelColumnName, nameof(predictedLabelColumnName));
        DataViewSchema.Column label = data.Schema.GetColumnOrNull(labelColumnName) ?? throw Errors.MissingColumn("schema", labelColumnName, "label");
        DataViewSchema.Column score = data.Schema.GetColumnOrNull(scoreColumnName) ?? throw Errors.MissingColumn("schema", scoreColumnName, "score");
        return MulticlassEvaluation.Run(data, label, score, topKPredictionCount);
    }
}
