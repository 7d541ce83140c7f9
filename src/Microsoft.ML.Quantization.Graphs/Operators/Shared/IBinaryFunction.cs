using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A function of two numbers of one type.</summary>
internal interface IBinaryFunction
{
    /// <summary>The function's value.</summary>
    static abstract T Value<T>(T left, T right) where T : struct, INumber<T>;

    /// <summary>The same for each pair of two arrays of floats.</summary>
    static abstract void Apply(Engine engine, ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> y);
}
