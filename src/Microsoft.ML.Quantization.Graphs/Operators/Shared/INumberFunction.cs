using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A function of one float that is also one of any other number.</summary>
internal interface INumberFunction : IUnaryFunction
{
    /// <summary>The function's value.</summary>
    static abstract T Of<T>(T x) where T : struct, INumber<T>;
}
