namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>The two neighbours of an output element along one axis, and how much of the second is in it.</summary>
/// <param name="First">The neighbour before it.</param>
/// <param name="Second">The neighbour after it; the same at the end.</param>
/// <param name="Share">Weight of the second, from 0 to 1.</param>
internal readonly record struct AxisBlend(int First, int Second, float Share)
{
    /// <summary>
    /// The blends of an axis: element i lies at <c>step · i</c> with aligned corners, otherwise at <c>max(step · (i + ½) − ½, 0)</c>.
    /// </summary>
    public static AxisBlend[] Of(int from, int to, float step, bool alignCorners)
    {
        var blends = new AxisBlend[to];
        for (int i = 0; i < to; i++)
        {
            float at = alignCorners ? step * i : MathF.Max(step * (i + 0.5f) - 0.5f, 0f);
            int first = Math.Min((int)at, from - 1);
            blends[i] = new(first, Math.Min(first + 1, from - 1), at - first);
        }
        return blends;
    }

    /// <summary><c>(1 − share) · first + share · second</c>.</summary>
    public float Blend(float first, float second) => (1f - Share) * first + Share * second;
}
