using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>How the cases of a conformance suite ended.</summary>
/// <param name="Cases">The cases, sorted by name.</param>
public sealed record ConformanceReport(ImmutableArray<ConformanceCase> Cases)
{
    /// <summary>Cases whose outputs all agree.</summary>
    public int Passed => Count(ConformanceOutcome.Passed);

    /// <summary>Cases that were accepted and gave other outputs or none.</summary>
    public int Failed => Count(ConformanceOutcome.Failed);

    /// <summary>Cases that were refused at import.</summary>
    public int Unsupported => Count(ConformanceOutcome.Unsupported);

    private int Count(ConformanceOutcome outcome) => Cases.Count(candidate => candidate.Outcome == outcome);
}
