using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// Padding of quantized tensors (PyTorch <c>torch.nn.functional.pad</c>). The result keeps scale and zero point. <c>pads</c> names the elements
/// added before and after the last axis, then before and after the one in front of it, and so on.
/// </summary>
public static class Paddings
{
    /// <summary>Adds the code of <paramref name="value"/> (mode <c>constant</c>); a negative number cuts elements off.</summary>
    /// <exception cref="QuantizationException">The pads are no pairs of at most as many axes as x has, or leave nothing of an axis; x is not 8-bit with one scale.</exception>
    public static QuantizedTensor Constant(QuantizedTensor x, IReadOnlyList<int> pads, float value = 0f, Rounding rounding = Rounding.Reciprocal)
    {
        Require(x, pads);
        return AxisGather.Run(x, Maps(x.Shape, pads, static (index, size) => index >= 0 && index < size ? index : AxisGather.Outside), ByteTensors.Map(x, rounding).Code(value));
    }

    /// <summary>Mirrors the elements at the first and the last one, which are not repeated (mode <c>reflect</c>).</summary>
    /// <exception cref="QuantizationException">The pads are no pairs, one is negative or not smaller than its axis; x is not 8-bit.</exception>
    public static QuantizedTensor Reflect(QuantizedTensor x, IReadOnlyList<int> pads)
    {
        Require(x, pads);
        for (int i = 0; i < pads.Count; i++)
        {
            int size = x.Shape[x.Rank - 1 - i / 2];
            if (pads[i] < 0 || pads[i] >= size) { throw new QuantizationException($"Found pads [{string.Join(", ", pads)}] for {x}; expected 0 or more and less than the axis of {size} elements that is mirrored."); }
        }
        return AxisGather.Run(x, Maps(x.Shape, pads, static (index, size) => index < 0 ? -index : index < size ? index : 2 * (size - 1) - index));
    }

    private static int[]?[] Maps(Shape shape, IReadOnlyList<int> pads, Func<int, int, int> source)
    {
        var maps = new int[]?[shape.Rank];
        for (int pair = 0; pair < pads.Count / 2; pair++)
        {
            int axis = shape.Rank - 1 - pair, begin = pads[2 * pair], size = shape[axis];
            long padded = (long)size + begin + pads[2 * pair + 1];
            if (padded is < 1 or > int.MaxValue) { throw new QuantizationException($"Axis {axis} of shape {shape} would have {padded} elements after padding by {begin} and {pads[2 * pair + 1]}; expected at least 1."); }
            maps[axis] = [.. Enumerable.Range(0, (int)padded).Select(i => source(i - begin, size))];
        }
        return maps;
    }

    private static void Require(QuantizedTensor x, IReadOnlyList<int> pads)
    {
        if (pads.Count % 2 != 0 || pads.Count > 2 * x.Rank)
        {
            throw new QuantizationException($"Found {pads.Count} pads for {x}; expected a pair for each padded axis, the last axis first, for at most {x.Rank} axes.");
        }
    }
}
