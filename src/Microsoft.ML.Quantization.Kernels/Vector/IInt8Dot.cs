namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The instructions in which one instruction set differs from another for 8-bit dot products.</summary>
/// <typeparam name="TVector">A register of int32 lanes; each lane also carries four packed bytes.</typeparam>
internal unsafe interface IInt8Dot<TVector> where TVector : struct
{
    static abstract bool IsSupported { get; }

    /// <summary>int32 lanes of one register.</summary>
    static abstract int Lanes { get; }

    /// <summary>Whether <see cref="MultiplyAdd"/> takes int8 codes rather than uint8 codes.</summary>
    static abstract bool SignedCodes { get; }

    /// <summary>Whether there are registers for sixteen accumulators and what is multiplied.</summary>
    static abstract bool WideTiles { get; }

    static abstract TVector Load(void* source);

    static abstract void Store(TVector value, int* destination);

    /// <summary>The same four bytes in every lane.</summary>
    static abstract TVector Broadcast(byte* fourCodes);

    /// <summary>Turns int8 codes into the uint8 codes that are 128 larger, and back.</summary>
    static abstract TVector FlipSigns(TVector codes);

    /// <summary><c>sums[j] += Σ₄ codes[j, k] · weights[j, k]</c> for codes as <see cref="SignedCodes"/> says and int8 weights, exact modulo 2³².</summary>
    static abstract TVector MultiplyAdd(TVector sums, TVector codes, TVector weights);

    static abstract TVector Add(TVector a, TVector b);

    /// <summary>Four rows of 4 · Lanes bytes, one from each pointer, rearranged so that a lane holds one column.</summary>
    static abstract void LoadInterleaved(byte* row0, byte* row1, byte* row2, byte* row3, out TVector v0, out TVector v1, out TVector v2, out TVector v3);

    /// <summary>Stores 4 · Lanes columns in order that are arranged as after <see cref="LoadInterleaved"/>.</summary>
    static abstract void StoreDeinterleaved(int* destination, TVector v0, TVector v1, TVector v2, TVector v3);

    /// <summary>The column that lane <paramref name="lane"/> of vector <paramref name="vector"/> holds after <see cref="LoadInterleaved"/>.</summary>
    static abstract int InterleavedColumn(int vector, int lane);

    /// <summary>Limits for <see cref="StoreCodes"/>.</summary>
    static abstract CodeRange<TVector> Range(in CodeLimits limits);

    /// <summary>
    /// Scales, rounds and limits 4 · Lanes sums that are arranged as after <see cref="LoadInterleaved"/>, their multipliers alike, and stores the codes in order.
    /// </summary>
    static abstract void StoreCodes(byte* destination, TVector v0, TVector v1, TVector v2, TVector v3, float* multipliers, CodeRange<TVector> range);
}
