using System.Numerics;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>One number made of many.</summary>
internal interface IReduction
{
    /// <summary>Of floats, which it may change. Sums are those of <see cref="Engine.Sum"/>: 16 strided partial sums, then a fixed tree.</summary>
    static abstract float Of(Engine engine, Span<float> elements);

    /// <summary>Of each column of [rows, columns] floats with the bits of <see cref="Of(Engine, Span{float})"/>, all columns at once; false where there is no such form.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="x">[rows, columns] numbers, as many columns as <paramref name="y"/>.</param>
    /// <param name="y">[columns] results.</param>
    /// <param name="scratch">At least <see cref="ColumnSums.Lanes"/> · columns numbers.</param>
    static virtual bool OfColumns(Engine engine, ReadOnlySpan<float> x, Span<float> y, Span<float> scratch) => false;

    /// <summary>Of any other numbers, from the first to the last.</summary>
    static abstract T Of<T>(ReadOnlySpan<T> elements) where T : struct, INumber<T>;
}
