using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization;

/// <summary>Codes as integers of one width, row-major, for the methods that work on codes of every type.</summary>
internal static class DenseCodes
{
    /// <summary>A copy of the codes, row-major.</summary>
    public static int[] Read(QuantizedTensor tensor)
    {
        var codes = new int[tensor.Length];
        int i = 0;
        foreach (int element in tensor.Layout) { codes[i++] = tensor.Storage[element]; }
        return codes;
    }

    /// <summary>A new tensor with these codes.</summary>
    public static QuantizedTensor Write(ReadOnlySpan<int> codes, Shape shape, TensorQuantizer quantizer)
    {
        var storage = new CodeStorage(quantizer.Type, shape.Length);
        for (int i = 0; i < codes.Length; i++) { storage[i] = codes[i]; }
        return new(storage, StridedLayout.Contiguous(shape), quantizer);
    }

    /// <summary>Every code replaced by <paramref name="map"/> of it, in a new tensor.</summary>
    public static QuantizedTensor Map(QuantizedTensor tensor, Func<int, int> map) => Write(Array.ConvertAll(Read(tensor), code => map(code)), tensor.Shape, tensor.Quantizer);

    /// <summary>The code of one real.</summary>
    public static int Code(TensorQuantizer quantizer, float value) =>
        new CodeMap(quantizer.Narrowed.Scale, quantizer.Narrowed.ZeroPoint, quantizer.Range, Rounding.Reciprocal).Code(value);

    /// <summary>A new tensor of the elements at these places of the row-major order.</summary>
    public static QuantizedTensor Gather(QuantizedTensor tensor, StridedLayout places, TensorQuantizer quantizer)
    {
        int[] codes = Read(tensor), picked = new int[places.Shape.Length];
        int i = 0;
        foreach (int place in places) { picked[i++] = codes[place]; }
        return Write(picked, places.Shape, quantizer);
    }
}
