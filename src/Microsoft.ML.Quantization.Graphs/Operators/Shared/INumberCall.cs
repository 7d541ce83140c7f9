using System.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A computation written once for all number types.</summary>
internal interface INumberCall
{
    /// <summary>Runs it for one type.</summary>
    void Run<T>(StepCall call) where T : unmanaged, INumber<T>;
}
