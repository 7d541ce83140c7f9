namespace Microsoft.ML.Quantization.Modules;

/// <summary>One parameter, buffer or quantized weight of a module.</summary>
/// <param name="Tensor">Plain numbers; null when left out, or for codes.</param>
/// <param name="Quantized">Codes; null for plain numbers.</param>
/// <param name="IsParameter">Whether training changes it.</param>
public sealed record StateEntry(Tensor? Tensor, QuantizedTensor? Quantized, bool IsParameter)
{
    /// <summary>Whether there is nothing: a bias that is left out.</summary>
    public bool IsEmpty => Tensor is null && Quantized is null;

    /// <summary>As <c>float32[2, 3]</c>, or <c>nothing</c>.</summary>
    public override string ToString() => Quantized?.ToString() ?? Tensor?.ToString() ?? "nothing";
}
