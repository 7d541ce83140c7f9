using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
public sealed class LayoutSpecs
{
    [TestMethod]
    public void Bytes_and_floats_of_every_small_size_change_places_inside_guard_pages()
    {
        int[] sizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50];
        foreach (int rows in sizes)
        {
            foreach (int columns in sizes)
            {
                foreach (GuardSide side in GuardedBuffer<byte>.BothSides)
                {
                    const int Batch = 2;
                    using var source = new GuardedBuffer<byte>(Batch * rows * columns, side);
                    using var target = new GuardedBuffer<byte>(source.Span.Length, side);
                    ExtremeData.Codes(source.Span.Length, 3).CopyTo(source.Span);
                    byte[] expected = [.. from image in Enumerable.Range(0, Batch) from column in Enumerable.Range(0, columns) from row in Enumerable.Range(0, rows) select source.Span[(image * rows + row) * columns + column]];

                    ChannelsLast.FromChannelsFirst<byte>(source.Span, target.Span, Batch, rows, columns);
                    CollectionAssert.AreEqual(expected, target.Span.ToArray(), $"{rows}x{columns} {side}");
                    ChannelsLast.ToChannelsFirst<byte>(expected, target.Span, Batch, rows, columns);
                    Assert.IsTrue(source.Span.SequenceEqual(target.Span), $"{rows}x{columns} {side} and back");

                    float[] floats = [.. expected.Select(static code => (float)code)], turned = new float[floats.Length];
                    ChannelsLast.ToChannelsFirst<float>(floats, turned, Batch, rows, columns);
                    CollectionAssert.AreEqual(source.Span.ToArray().Select(static code => (float)code).ToArray(), turned);
                }
            }
        }
    }
}
