namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A function of one float. A struct, so that the loop around it is compiled for it.</summary>
internal interface IUnaryFunction
{
    /// <summary>The function's value.</summary>
    float Value(float x);
}
