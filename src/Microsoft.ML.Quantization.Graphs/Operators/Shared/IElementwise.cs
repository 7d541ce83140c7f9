namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// An operator whose every output element depends on the elements at its own place alone, with NumPy broadcasting. Of one tensor and
/// constants of one element it is a function of one number: a table of 256 codes.
/// </summary>
internal interface IElementwise : IOperator;
