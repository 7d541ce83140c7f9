namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What an operator is called and how many values it takes.</summary>
/// <param name="Name">Name as in ONNX.</param>
/// <param name="SinceOpset">First operator-set version it is supported from.</param>
/// <param name="MinInputs">Fewest inputs.</param>
/// <param name="MaxInputs">Most inputs; <see cref="int.MaxValue"/> for a list.</param>
/// <param name="MaxOutputs">Most outputs.</param>
/// <param name="Domain">Empty for ONNX's own operators.</param>
public sealed record OperatorSchema(string Name, int SinceOpset, int MinInputs, int MaxInputs, int MaxOutputs = 1, string Domain = "");
