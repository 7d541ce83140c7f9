using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>What an observed column carries as an annotation: the calibration, and where the network's inputs came from.</summary>
/// <param name="Result">What calibration learned.</param>
/// <param name="Inputs">The column behind each input of the network.</param>
/// <param name="Generations">
/// How many columns of each of these names the observed schema had, hidden ones included. More of them at conversion mean that a step in
/// between replaced an input. (Positions tell nothing: ML.NET inserts a replacement beside the column it hides.)
/// </param>
/// <param name="Output">Which output of the network the column holds.</param>
internal sealed record CalibratedColumn(CalibrationResult Result, ImmutableArray<string> Inputs, ImmutableArray<int> Generations, int Output)
{
    /// <summary>Name of the annotation, as <c>KeyValues</c> is the name of a key column's.</summary>
    public const string AnnotationKind = "QuantizationCalibration";

    /// <summary>Reads it from the annotations of a column.</summary>
    /// <exception cref="InvalidOperationException">The column has none, or an input was replaced since.</exception>
    public static CalibratedColumn From(DataViewSchema schema, string name)
    {
        DataViewSchema.Annotations annotations = Columns.Require(schema, name).Annotations;
        if (annotations.Schema.GetColumnOrNull(AnnotationKind) is null) { throw Errors.NotObserved(name); }
        CalibratedColumn value = null!;
        annotations.GetValue(AnnotationKind, ref value);
        for (int i = 0; i < value.Inputs.Length; i++)
        {
            if (Columns.Generation(schema, value.Inputs[i]) > value.Generations[i]) { throw Errors.InputReplaced(value.Inputs[i], name); }
        }
        return value;
    }
}
