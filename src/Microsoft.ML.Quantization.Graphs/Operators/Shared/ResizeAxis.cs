namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Which input elements one axis of a Resize reads, and how much of each: for output x at place p of the input (by the coordinate mode)
/// the nearest one, the two or four around it, or all under a stretched window where <c>antialias</c> makes an image smaller.
/// </summary>
/// <remarks>Formulas: ONNX's operator documentation of Resize; places and weights in double precision, weights rounded once.</remarks>
internal sealed class ResizeAxis
{
    private readonly NodeAttributes _attributes;
    private readonly int _input;
    private readonly int _output;
    private readonly double _scale;
    private readonly (double Start, double End) _region;

    public ResizeAxis(NodeAttributes attributes, int input, int output, double scale, (double Start, double End) region)
    {
        (_attributes, _input, _output, _scale, _region) = (attributes, input, output, scale, region);
        string mode = attributes.String("mode", "nearest");
        bool antialias = attributes.Int("antialias", 0) != 0 && mode != "nearest";
        double stretch = antialias ? Math.Min(scale, 1.0) : 1.0;
        int reach = mode switch { "nearest" => 0, "linear" => antialias ? -(int)Math.Floor(-1.0 / stretch) : 1, _ => antialias ? -(int)Math.Floor(-2.0 / stretch) : 2 };
        Taps = Math.Max(1, 2 * reach);
        Sources = new int[output * Taps];
        Weights = new float[output * Taps];
        Outside = new bool[output];
        double[] weights = new double[Taps];
        for (int x = 0; x < output; x++)
        {
            double place = Place(x);
            Outside[x] = attributes.String("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize" && (place < 0.0 || place > input - 1);
            if (reach == 0)
            {
                Sources[x] = Math.Clamp(Nearest(place), 0, input - 1);
                Weights[x] = 1f;
                continue;
            }
            Fill(x, place, reach, stretch, mode == "linear", weights);
        }
    }

    /// <summary>Elements read for each output.</summary>
    public int Taps { get; }

    /// <summary>Indices of the elements, <see cref="Taps"/> for each output.</summary>
    public int[] Sources { get; }

    /// <summary>Their weights.</summary>
    public float[] Weights { get; }

    /// <summary>Whether an output lies outside of the image and gets the extrapolation value.</summary>
    public bool[] Outside { get; }

    /// <summary>Whether the axis stays as it is.</summary>
    public bool IsIdentity => _input == _output && Taps > 0 && !Outside.Contains(true) && Enumerable.Range(0, _output).All(IsKept);

    private bool IsKept(int x)
    {
        for (int tap = 0; tap < Taps; tap++)
        {
            if (Weights[x * Taps + tap] != (Sources[x * Taps + tap] == x ? Weights[x * Taps + tap] : 0f)) { return false; }
        }
        return Weights.AsSpan(x * Taps, Taps).Contains(1f);
    }

    private void Fill(int x, double place, int reach, double stretch, bool linear, double[] weights)
    {
        double a = _attributes.Float("cubic_coeff_a", -0.75f), sum = 0.0;
        bool excludes = _attributes.Int("exclude_outside", 0) != 0, normalizes = excludes || _attributes.Int("antialias", 0) != 0;
        int first = (int)Math.Floor(place) - reach + 1;
        for (int tap = 0; tap < weights.Length; tap++)
        {
            double distance = Math.Abs(first + tap - place) * stretch;
            double weight = linear ? Math.Max(0.0, 1.0 - distance) : Cubic(distance, a);
            weights[tap] = excludes && (uint)(first + tap) >= (uint)_input ? 0.0 : weight;
            sum += weights[tap];
        }
        for (int tap = 0; tap < weights.Length; tap++)
        {
            Sources[x * Taps + tap] = Math.Clamp(first + tap, 0, _input - 1);
            Weights[x * Taps + tap] = (float)(normalizes ? weights[tap] / sum : weights[tap]);
        }
    }

    private static double Cubic(double t, double a) =>
        t <= 1.0 ? ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0
        : t < 2.0 ? ((a * t - 5.0 * a) * t + 8.0 * a) * t - 4.0 * a
        : 0.0;

    private double Place(int x)
    {
        double width = _scale * _input;
        return _attributes.String("coordinate_transformation_mode", "half_pixel") switch
        {
            "align_corners" => width == 1.0 ? 0.0 : x * (_input - 1) / (width - 1.0),
            "asymmetric" => x / _scale,
            "tf_half_pixel_for_nn" => (x + 0.5) / _scale,
            "pytorch_half_pixel" => width == 1.0 ? 0.0 : (x + 0.5) / _scale - 0.5,
            "half_pixel_symmetric" => _input * 0.5 * (1.0 - _output / width) + (x + 0.5) / _scale - 0.5,
            "tf_crop_and_resize" => _region.Start * (_input - 1) + (width == 1.0
                ? (_region.End - _region.Start) * (_input - 1) / 2.0
                : x * (_region.End - _region.Start) * (_input - 1) / (width - 1.0)),
            _ => (x + 0.5) / _scale - 0.5,
        };
    }

    private int Nearest(double place) => (int)(_attributes.String("nearest_mode", "round_prefer_floor") switch
    {
        "round_prefer_ceil" => Math.Floor(place + 0.5),
        "floor" => Math.Floor(place),
        "ceil" => Math.Ceiling(place),
        _ => Math.Ceiling(place - 0.5),
    });
}
