using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Rows of a table of 8- or 4-bit codes, with a scale and a bias for each; reads only the rows that a run asks for.</summary>
/// <param name="gather">The Gather of the codes.</param>
/// <param name="codes">uint8 [rows, …]; two codes in a byte where <paramref name="packed"/>.</param>
/// <param name="scales">One for each row.</param>
/// <param name="biases">One for each row.</param>
/// <param name="packed">Whether bytes hold two codes, as <see cref="NibbleForm"/> puts them.</param>
internal sealed class EmbeddingStep(Node gather, Tensor codes, float[] scales, float[] biases, bool packed) : Step
{
    public override void Run(StepCall call)
    {
        int rows = codes.Shape[0], bytes = codes.Length / rows, columns = packed ? bytes * 2 : bytes, count = call.InputShape(0).Length;
        ReadOnlySpan<long> longs = call.InputType(0) == ElementType.Int64 ? call.Input<long>(0) : [];
        ReadOnlySpan<int> ints = longs.IsEmpty && count > 0 ? call.Input<int>(0) : [];
        ReadOnlySpan<byte> table = codes.Bytes;
        Span<float> y = call.Output<float>(0);
        for (int i = 0; i < count; i++)
        {
            long index = longs.IsEmpty ? ints[i] : longs[i];
            if (index < -rows || index >= rows) { throw new QuantizationException($"{gather}: index {index} is outside {-rows}..{rows - 1}. Check the ids given to the model."); }
            int row = Axes.FromFront(index, rows);
            ReadOnlySpan<byte> from = table.Slice(row * bytes, bytes);
            Span<float> to = y.Slice(i * columns, columns);
            if (packed) { EmbeddingRow.Nibbles(from, to, scales[row], biases[row]); } else { EmbeddingRow.Bytes(from, to, scales[row], biases[row]); }
        }
    }
}
