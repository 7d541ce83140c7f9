using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>One number made of many.</summary>
internal interface IReduction
{
    /// <summary>Of floats, which it may change. Sums are those of <see cref="Engine.Sum"/>: 16 strided partial sums, then a fixed tree.</summary>
    static abstract float Of(Engine engine, Span<float> elements);

    /// <summary>Of any other numbers, from the first to the last.</summary>
    static abstract T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T>;
}
