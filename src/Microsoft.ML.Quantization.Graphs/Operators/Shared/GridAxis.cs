namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The pixels that count for one place on one axis, and how much. Pixel −1 is a zero outside.</summary>
/// <remarks>Source: ONNX's description of GridSample; cubic weights of R. Keys, "Cubic convolution interpolation for digital image processing", 1981.</remarks>
internal sealed class GridAxis(NodeAttributes attributes, int size, int taps)
{
    private const double FarAway = 1 << 28;
    private readonly string _padding = attributes.String("padding_mode", "zeros");
    private readonly bool _corners = attributes.Int("align_corners", 0) != 0;

    /// <summary>The pixels.</summary>
    public int[] Pixels { get; } = new int[taps];

    /// <summary>Their weights.</summary>
    public float[] Weights { get; } = new float[taps];

    /// <summary>Finds pixels and weights of a place in −1..1; one that is no number counts as far outside.</summary>
    public void Locate(float place)
    {
        double at = _corners ? (place + 1.0) / 2.0 * (size - 1) : ((place + 1.0) * size - 1.0) / 2.0;
        at = double.IsNaN(at) ? -FarAway : Math.Clamp(at, -FarAway, FarAway);
        if (taps == 1) { at = Math.Round(at, MidpointRounding.ToEven); }
        (double least, double most) = Bounds;
        if (at < least || at > most)
        {
            at = _padding switch { "border" => Math.Clamp(at, 0, size - 1), "reflection" => Reflect(at), _ => at };
        }
        // A reflected nearest place may end between pixels, at ±0.5 outside: it drops the fraction, as its pixels do.
        int first = taps == 1 ? (int)at : (int)Math.Floor(at) - taps / 2 + 1;
        float fraction = taps == 1 ? 0f : (float)(at - Math.Floor(at));
        for (int tap = 0; tap < taps; tap++)
        {
            Pixels[tap] = Pixel(first + tap);
            Weights[tap] = taps switch { 1 => 1f, 2 => tap == 0 ? 1f - fraction : fraction, _ => Cubic(Math.Abs(fraction + 1f - tap)) };
        }
    }

    private (double Least, double Most) Bounds => _corners ? (0.0, size - 1.0) : (-0.5, size - 0.5);

    private int Pixel(int index) => _padding switch
    {
        "zeros" => (uint)index < (uint)size ? index : -1,
        "border" => Math.Clamp(index, 0, size - 1),
        _ => Math.Clamp((int)Reflect(index), 0, size - 1),
    };

    private double Reflect(double at)
    {
        (double least, double most) = Bounds;
        double range = most - least;
        if (range <= 0) { return 0; }
        if (at >= least && at <= most) { return at; }
        double beyond = at < least ? least - at : at - most, turns = Math.Floor(beyond / range), rest = beyond - turns * range;
        return (at < least) == (turns % 2 == 0) ? least + rest : most - rest;
    }

    private static float Cubic(float distance)
    {
        const float A = -0.75f;
        return distance <= 1f
            ? ((A + 2f) * distance - (A + 3f)) * distance * distance + 1f
            : ((A * distance - 5f * A) * distance + 8f * A) * distance - 4f * A;
    }
}
