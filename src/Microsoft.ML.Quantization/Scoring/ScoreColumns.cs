using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>The appended columns of a transformer: what they are called, what they read, which network fills them. All that two transformers differ in.</summary>
/// <param name="Network">The network.</param>
/// <param name="Inputs">The column behind each input of the network, in its order.</param>
/// <param name="Outputs">The columns to append.</param>
/// <param name="Calibration">Returns what calibration learned, for a transformer whose columns carry it; null for one whose columns do not.</param>
internal sealed record ScoreColumns(RowNetwork Network, ImmutableArray<InputColumn> Inputs, ImmutableArray<ScoreOutput> Outputs, Func<CalibrationResult>? Calibration = null)
{
    /// <summary>The appended columns with their annotations.</summary>
    /// <param name="generations">How many columns of each input's name the schema in front has.</param>
    public DataViewSchema ToSchema(ImmutableArray<int> generations)
    {
        var schema = new DataViewSchema.Builder();
        foreach (ScoreOutput output in Outputs) { schema.AddColumn(output.Column, output.Type, Annotate(output, generations)); }
        return schema.ToSchema();
    }

    private DataViewSchema.Annotations? Annotate(ScoreOutput output, ImmutableArray<int> generations)
    {
        if (Calibration is not { } calibration) { return null; }
        ImmutableArray<string> inputs = [.. Inputs.Select(input => input.Name)];
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(CalibratedColumn.AnnotationKind, new CalibratedColumnType(Network, output.Output),
            (ref CalibratedColumn value) => value = new(calibration(), inputs, generations, output.Output));
        return annotations.ToAnnotations();
    }
}
