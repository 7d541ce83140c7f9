namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// What an integer convolution adds before it writes: its own codes as they would be written without, and those of a tensor of the same size, through real numbers:
/// <c>y = Output.Code(Own.Real(code) + Other.Real(residual))</c>, all in float32.
/// </summary>
/// <param name="Own">The map of the convolution's own codes.</param>
/// <param name="Other">The map of the residual.</param>
/// <param name="Output">The map of what is written.</param>
public sealed record ResidualSum(CodeParameters Own, CodeParameters Other, CodeParameters Output);
