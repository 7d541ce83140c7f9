namespace Microsoft.ML.Data;

/// <summary>Errors of a scored view. Rows whose label or score is missing do not count.</summary>
internal static class RegressionEvaluation
{
    public static RegressionMetrics Run(IDataView data, DataViewSchema.Column label, DataViewSchema.Column score)
    {
        Require(label, "label");
        Require(score, "score");
        using DataViewRowCursor cursor = data.GetRowCursor([label, score]);
        ValueGetter<float> readLabel = cursor.GetGetter<float>(label), readScore = cursor.GetGetter<float>(score);
        float truth = 0, guess = 0;
        double count = 0, absolute = 0, squared = 0, loss = 0, labels = 0, labelsSquared = 0;
        while (cursor.MoveNext())
        {
            readLabel(ref truth);
            readScore(ref guess);
            if (float.IsNaN(truth) || float.IsNaN(guess)) { continue; }
            double error = Math.Abs((double)truth - guess);
            count++;
            absolute += error;
            squared += error * error;
            labels += truth;
            // ML.NET squares these two in single precision.
            labelsSquared += truth * truth;
            float difference = guess - truth;
            loss += difference * difference;
        }
        if (count == 0) { return new(); }
        double spread = labelsSquared - (labels * labels / count);
        return new()
        {
            MeanAbsoluteError = absolute / count,
            MeanSquaredError = squared / count,
            RootMeanSquaredError = Math.Sqrt(squared / count),
            // The loss that ML.NET's catalog evaluates with is the squared one.
            LossFunction = loss / count,
            RSquared = spread == 0 ? double.NaN : 1 - (squared / spread),
        };
    }

    private static void Require(DataViewSchema.Column column, string role)
    {
        if (!column.Type.Equals(NumberDataViewType.Single)) { throw Errors.WrongColumn("schema", role, column.Name, "Single", column.Type.ToString()); }
    }
}
