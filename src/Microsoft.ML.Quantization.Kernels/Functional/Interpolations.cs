namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>Resizing of images (PyTorch <c>interpolate</c>, <c>upsample</c>). The result keeps scale and zero point.</summary>
/// <remarks>
/// x is [batch, channels, spatial…], 8-bit codes with one scale; nearest modes take one to three spatial axes, bilinear takes two. All throw
/// <see cref="QuantizationException"/> when sizes or settings do not fit.
/// </remarks>
public static class Interpolations
{
    /// <summary>To a size (PyTorch <c>interpolate(x, size=…)</c>).</summary>
    /// <param name="x">The images.</param>
    /// <param name="size">One number for each spatial axis, or one for all.</param>
    /// <param name="mode">How.</param>
    /// <param name="alignCorners">Bilinear: whether first and last elements lie on each other, so that steps are (in − 1) / (out − 1).</param>
    public static QuantizedTensor Interpolate(QuantizedTensor x, IReadOnlyList<int> size, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        int rank = Rank(x, mode, alignCorners);
        if (size.Count == 0) { throw new QuantizationException("Interpolate was given no size; expected one number, or one for each spatial axis."); }
        int[] output = [.. PerAxis.Expand("The size", size, PerAxis.Repeat(1, rank), 1)];
        return Run(x, output, [.. output.Select((to, axis) => Step(x.Shape[axis + 2], to, null, alignCorners))], mode, alignCorners);
    }

    /// <summary>
    /// By factors (PyTorch <c>interpolate(x, scale_factor=…)</c>): the size is ⌊in · factor⌋ and the step is 1 / factor, not in / out.
    /// </summary>
    /// <param name="x">The images.</param>
    /// <param name="factors">One number for each spatial axis, or one for all.</param>
    /// <param name="mode">How.</param>
    /// <param name="alignCorners">As in <see cref="Interpolate"/>.</param>
    public static QuantizedTensor InterpolateBy(QuantizedTensor x, IReadOnlyList<double> factors, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        int rank = Rank(x, mode, alignCorners);
        if ((factors.Count != 1 && factors.Count != rank) || factors.Any(factor => !(factor > 0 && factor <= int.MaxValue)))
        {
            throw new QuantizationException($"Found factors [{string.Join(", ", factors)}]; expected a positive number, or one for each of {rank} spatial axes.");
        }
        double[] each = [.. Enumerable.Range(0, rank).Select(axis => factors[factors.Count == 1 ? 0 : axis])];
        int[] output = [.. each.Select((factor, axis) => checked((int)(x.Shape[axis + 2] * factor)))];
        if (Array.Exists(output, to => to < 1)) { throw new QuantizationException($"Factors [{string.Join(", ", each)}] make {x} [{string.Join(", ", output)}]; expected at least one element on each axis."); }
        return Run(x, output, [.. output.Select((to, axis) => Step(x.Shape[axis + 2], to, each[axis], alignCorners))], mode, alignCorners);
    }

    private static QuantizedTensor Run(QuantizedTensor x, int[] output, float[] steps, InterpolationMode mode, bool alignCorners)
    {
        if (x.Shape.Sizes.AsSpan()[2..].SequenceEqual(output)) { return AxisGather.Run(x, new int[]?[x.Rank]); }
        if (mode == InterpolationMode.Bilinear)
        {
            return Bilinear(x, AxisBlend.Of(x.Shape[2], output[0], steps[0], alignCorners), AxisBlend.Of(x.Shape[3], output[1], steps[1], alignCorners));
        }
        float shift = mode == InterpolationMode.NearestExact ? 0.5f : 0f;
        return AxisGather.Run(x, [null, null, .. output.Select((to, axis) => Enumerable.Range(0, to).Select(i => Math.Min((int)((i + shift) * steps[axis]), x.Shape[axis + 2] - 1)).ToArray())]);
    }

    /// <summary><c>rne(Σ weight · Q − z) + z</c>, in PyTorch's order: each row blended first, then the rows.</summary>
    private static QuantizedTensor Bilinear(QuantizedTensor x, AxisBlend[] rows, AxisBlend[] columns)
    {
        CodeParameters map = ByteTensors.Map(x);
        int width = x.Shape[3], image = x.Shape[2] * width, target = 0;
        QuantizedTensor y = ByteTensors.Like(x, new(x.Shape[0], x.Shape[1], rows.Length, columns.Length));
        ReadOnlySpan<byte> codes = ByteTensors.Read(x);
        Span<byte> result = ByteTensors.Write(y);
        // Raw codes, not reals: they are exact in float32, and input and output have the same scale.
        CodeParameters raw = map with { Scale = 1f, ZeroPoint = 0 };
        for (int start = 0; start < codes.Length; start += image)
        {
            foreach (AxisBlend row in rows)
            {
                ReadOnlySpan<byte> upper = codes.Slice(start + row.First * width, width), lower = codes.Slice(start + row.Second * width, width);
                foreach (AxisBlend column in columns)
                {
                    float above = column.Blend(raw.Real(upper[column.First]), raw.Real(upper[column.Second]));
                    float below = column.Blend(raw.Real(lower[column.First]), raw.Real(lower[column.Second]));
                    result[target++] = Requantization.Code(row.Blend(above, below) - map.ZeroPoint, map.ZeroPoint, map.Minimum, map.Maximum);
                }
            }
        }
        return y;
    }

    private static float Step(int from, int to, double? factor, bool alignCorners) =>
        alignCorners ? to > 1 ? (float)(from - 1) / (to - 1) : 0f : factor is { } by ? (float)(1.0 / by) : (float)from / to;

    private static int Rank(QuantizedTensor x, InterpolationMode mode, bool alignCorners)
    {
        _ = ByteTensors.Map(x);
        if (alignCorners && mode != InterpolationMode.Bilinear) { throw new QuantizationException($"Interpolate was given alignCorners with mode {mode}; expected it with {InterpolationMode.Bilinear} only."); }
        bool fits = mode == InterpolationMode.Bilinear ? x.Rank == 4 : x.Rank is >= 3 and <= 5;
        return fits && !x.Shape.Sizes.AsSpan()[2..].Contains(0)
            ? x.Rank - 2
            : throw new QuantizationException($"Interpolate with mode {mode} was given {x}; expected [batch, channels, …] with {(mode == InterpolationMode.Bilinear ? "two" : "one to three")} spatial axes that have elements.");
    }
}
