using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed class RegressionCatalog : TrainCatalogBase
{
    internal RegressionCatalog()
    {
    }

    public RegressionMetrics Evaluate(IDataView data, string labelColumnName = "Label", string scoreColumnName = "Score")
    {
        ArgumentNullException.ThrowIfNull(data);
        Errors.RequireNotEmpty(labelColumnName, nameof(labelColumnName));
        Errors.RequireNotEmpty(scoreColumnName, nameof(scoreColumnName));
        return RegressionEvaluation.Run(data,
            data.Schema.GetColumnOrNull(labelColumnName) ?? throw Errors.MissingColumn("schema", labelColumnName, "label"),
            data.Schema.GetColumnOrNull(scoreColumnName) ?? throw Errors.MissingColumn("schema", scoreColumnName, "score"));
    }
}
