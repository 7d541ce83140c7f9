using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Sampling;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>Inputs made up from a seed: reals from −1 to 1, whole numbers 0 or 1.</summary>
internal static class RandomInputs
{
    private const ulong Seed = 20_240_101;

    /// <summary>One tensor for each input of a model, with <paramref name="batch"/> rows where the model leaves the first axis open, and <paramref name="open"/> elements on other open axes.</summary>
    /// <exception cref="QuantizationException">Another axis is open as well, so that its size would be a guess, or the inputs would be larger than the limit.</exception>
    public static ImmutableArray<Tensor> For(Graph model, int batch, long? memoryLimit = null, int? open = null)
    {
        var random = new SplitMix64(Seed);
        var tensors = ImmutableArray.CreateBuilder<Tensor>(model.Inputs.Length);
        long bytes = 0;
        foreach (ValueInfo input in model.Inputs)
        {
            int[] sizes = new int[input.Fact.Rank];
            for (int axis = 0; axis < sizes.Length; axis++)
            {
                Dimension dimension = input.Fact.Dimensions[axis];
                sizes[axis] = dimension.Size ?? (axis == 0 || IsRows(model, dimension) ? batch : open ?? throw new QuantizationException(
                    $"Model input {input} leaves the size of axis {axis} open, so its inputs cannot be made up; only the first axis may be open. Export the model with that size fixed."));
            }
            var shape = new Shape(sizes);
            bytes += (long)shape.Length * input.Fact.Type.SizeInBytes();
            if (bytes > (memoryLimit ?? MemoryRule.Free))
            {
                throw new QuantizationException($"Model input {input} takes the inputs to {bytes:N0} bytes; expected at most {memoryLimit ?? MemoryRule.Free:N0}. Raise --memory-limit if the model is to be trusted.");
            }
            tensors.Add(Fill(new Tensor(input.Fact.Type, shape), ref random));
        }
        return tensors.MoveToImmutable();
    }

    // A name that some input has on its first axis counts rows wherever it stands, as in the states of recurrent layers.
    private static bool IsRows(Graph model, Dimension dimension) => dimension.Symbol is not null && model.Inputs.Any(input => input.Fact.Rank > 0 && input.Fact.Dimensions[0] == dimension);

    private static Tensor Fill(Tensor tensor, ref SplitMix64 random)
    {
        int size = tensor.Type.SizeInBytes();
        for (int i = 0; i < tensor.Length; i++)
        {
            double real = (random.Next() >> 11) * (2.0 / (1UL << 53)) - 1;
            Span<byte> element = tensor.Bytes.Slice(i * size, size);
            switch (tensor.Type)
            {
                case ElementType.Float32: MemoryMarshal.Write(element, (float)real); break;
                case ElementType.Float64: MemoryMarshal.Write(element, real); break;
                case ElementType.Float16: MemoryMarshal.Write(element, (Half)real); break;
                default: element[0] = real < 0 ? (byte)0 : (byte)1; break;
            }
        }
        return tensor;
    }
}
