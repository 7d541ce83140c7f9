using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>One appended column.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Output">Which output of the network fills it.</param>
/// <param name="Value">What a row of that output is.</param>
internal sealed record ScoreOutput(string Column, int Output, RowValue Value)
{
    /// <summary>Its type.</summary>
    public VectorDataViewType Type => new(NumberDataViewType.Single, Value.Length);
}
