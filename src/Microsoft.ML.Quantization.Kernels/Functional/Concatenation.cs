using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Quantized tensors one behind the other along an axis. With the parameters of the first, that is <c>QuantizedTensor.Cat</c>.</summary>
/// <remarks>All throw <see cref="QuantizationException"/> when there are no tensors, when types, ranks or other sizes differ, or when one is not 8-bit with one scale.</remarks>
public static class Concatenation
{
    /// <summary>Each tensor requantized to the given parameters; copied where it has them already (PyTorch <c>torch.ops.quantized.cat</c>).</summary>
    public static QuantizedTensor Cat(IReadOnlyList<QuantizedTensor> tensors, int axis, double scale, int zeroPoint, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(tensors, axis, scale, zeroPoint, relu: false, engine, rounding);

    /// <summary><see cref="Cat"/>, then ReLU (PyTorch <c>torch.ops.quantized.cat_relu</c>).</summary>
    public static QuantizedTensor CatRelu(IReadOnlyList<QuantizedTensor> tensors, int axis, double scale, int zeroPoint, Engine? engine = null, Rounding rounding = Rounding.Reciprocal) =>
        Run(tensors, axis, scale, zeroPoint, relu: true, engine, rounding);

    private static QuantizedTensor Run(IReadOnlyList<QuantizedTensor> tensors, int axis, double scale, int zeroPoint, bool relu, Engine? engine, Rounding rounding)
    {
        if (tensors.Count == 0) { throw new QuantizationException("Cat was given no tensors; expected at least one."); }
        engine ??= EngineList.Default;
        QuantizedTensor first = tensors[0];
        int at = ChannelLayout.NormalizeAxis(first.Shape, axis);
        int[] sizes = [.. first.Shape.Sizes];
        foreach (QuantizedTensor next in tensors.Skip(1))
        {
            ByteTensors.RequireSameType(first, next);
            if (next.Rank != first.Rank || Enumerable.Range(0, first.Rank).Any(i => i != at && next.Shape[i] != first.Shape[i]))
            {
                throw new QuantizationException($"Cat was given {first} and {next}; expected the same sizes on all axes but {at}.");
            }
            sizes[at] = checked(sizes[at] + next.Shape[at]);
        }
        QuantizedTensor y = ByteTensors.Create(new(sizes), scale, zeroPoint, first.Type);
        CodeParameters output = ByteTensors.Map(y, rounding, relu);
        ChannelLayout whole = ChannelLayout.Of(y.Shape, at);
        Span<byte> codes = ByteTensors.Write(y);
        int offset = 0;
        foreach (QuantizedTensor x in tensors)
        {
            CodeParameters input = ByteTensors.Map(x, rounding);
            byte[]? table = input == output ? null : LookupTable.Requantize(input, output);
            ReadOnlySpan<byte> from = ByteTensors.Read(x);
            int block = x.Shape[at] * whole.Inner;
            for (int i = 0; i < whole.Outer; i++)
            {
                Span<byte> to = codes.Slice(i * whole.Channels * whole.Inner + offset, block);
                if (table is null) { from.Slice(i * block, block).CopyTo(to); } else { engine.Lookup(from.Slice(i * block, block), to, table); }
            }
            offset += block;
        }
        return y;
    }
}
