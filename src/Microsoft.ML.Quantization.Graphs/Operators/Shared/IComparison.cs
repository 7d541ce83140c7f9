using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A question about two numbers of one type.</summary>
internal interface IComparison
{
    /// <summary>The answer.</summary>
    static abstract bool Value<T>(T left, T right) where T : struct, INumber<T>;
}
