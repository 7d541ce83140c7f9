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

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>As many int8 numbers as there are lanes.</summary>
    static abstract TVector FromBytes(sbyte* source);

    /// <summary>What <see cref="FromNibble"/> wants to be given.</summary>
    static abstract TVector NibbleTable { get; }

    /// <summary>The low four bits of each word as a number −8..7.</summary>
    static abstract TVector FromNibble(TVector table, TVector words);

    /// <summary>Each word shifted right by four bits.</summary>
    static abstract TVector NextNibble(TVector words);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TVector FusedMultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>clamp(value + bias); NaN stays NaN, a zero keeps its sign.</summary>
    static abstract TVector AddAndClamp(TVector value, TVector bias, TVector minimum, TVector maximum);
}
