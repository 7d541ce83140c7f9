namespace Microsoft.ML.Quantization.Onnx;

/// <summary>One folder of a conformance suite.</summary>
/// <param name="Name">Path of the folder below that of the suite, with <c>/</c>.</param>
/// <param name="Operator">The operator that was refused, or else the model's first.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why it did not pass; empty for a pass.</param>
public sealed record ConformanceCase(string Name, string Operator, ConformanceOutcome Outcome, string Reason);
