namespace Microsoft.ML.Quantization.Kernels;

/// <summary>One element of y from one of each input, for one register or one float.</summary>
internal interface IFloatFunction
{
    /// <summary>The function; a and b are the same for functions of one argument.</summary>
    static abstract T Of<TF, T>(T a, T b) where TF : struct, IFloatArithmetic<T> where T : struct;
}
