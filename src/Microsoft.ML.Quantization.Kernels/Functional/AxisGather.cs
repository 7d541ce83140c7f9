namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Moves codes by a table for each axis: <c>y[i, j, …] = x[map₀[i], map₁[j], …]</c>. Resizing, padding and shuffling are such moves.</summary>
internal static class AxisGather
{
    /// <summary>The table entry of an element that is not in x.</summary>
    public const int Outside = -1;

    /// <summary>Builds a tensor with the parameters of x.</summary>
    /// <param name="x">8-bit codes.</param>
    /// <param name="maps">For each axis the element of x behind each element of y, or <see cref="Outside"/>; null keeps the axis.</param>
    /// <param name="fill">The code's byte where an entry is <see cref="Outside"/>.</param>
    public static QuantizedTensor Run(QuantizedTensor x, int[]?[] maps, byte fill = 0)
    {
        var sizes = new int[x.Rank];
        for (int axis = 0; axis < sizes.Length; axis++) { sizes[axis] = maps[axis]?.Length ?? x.Shape[axis]; }
        QuantizedTensor y = ByteTensors.Like(x, new(sizes));
        if (y.Length > 0) { Fill(ByteTensors.Read(x), x.Shape.Sizes.AsSpan(), maps, ByteTensors.Write(y), fill); }
        return y;
    }

    private static void Fill(ReadOnlySpan<byte> x, ReadOnlySpan<int> sizes, ReadOnlySpan<int[]?> maps, Span<byte> y, byte fill)
    {
        if (maps.IndexOfAnyExcept((int[]?)null) < 0)
        {
            x.CopyTo(y);
            return;
        }
        int[]? map = maps[0];
        int count = map?.Length ?? sizes[0], from = sizes[0] == 0 ? 0 : x.Length / sizes[0], to = y.Length / count;
        for (int i = 0; i < count; i++)
        {
            int source = map is null ? i : map[i];
            Span<byte> block = y.Slice(i * to, to);
            if (source == Outside) { block.Fill(fill); }
            else { Fill(x.Slice(source * from, from), sizes[1..], maps[1..], block, fill); }
        }
    }
}
