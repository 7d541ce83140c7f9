namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The instructions in which one instruction set differs from another for float products.</summary>
/// <typeparam name="TVector">A register of float32 lanes.</typeparam>
internal unsafe interface IFloatVector<TVector> where TVector : struct
{
    static abstract bool IsSupported { get; }

    static abstract int Lanes { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TVector FusedMultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>clamp(value + bias); NaN stays NaN, a zero keeps its sign.</summary>
    static abstract TVector AddAndClamp(TVector value, TVector bias, TVector minimum, TVector maximum);
}
