using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// A convolution of floats that are quantized as they come, on the engine's own integer convolution: the formula of <see cref="DynamicProduct"/> for each window,
/// where a tap outside the image is 0. Immutable and safe to share between threads; running does not allocate.
/// </summary>
/// <remarks>
/// The engine is bound with the middle code 128 as zero point, and its sums leave out the taps outside the image. What the real zero point adds,
/// <c>(128 − zx) · Σ w</c> over the taps inside, is one row of numbers for each set of such taps: few, as only borders differ.
/// </remarks>
public sealed class DynamicConvolution
{
    private const int Middle = 128;
    private const long LargestExact = 1 << 24;

    private readonly Engine _engine;
    private readonly BoundConvolution _product;
    private readonly short[] _weights;
    private readonly float[] _scales;
    private readonly float[] _bias;
    private readonly int _taps;

    /// <summary>Packs weights that <see cref="Accepts"/>.</summary>
    /// <param name="engine">The engine that runs it.</param>
    /// <param name="window">How the window moves.</param>
    /// <param name="inputChannels">Channels of the input, all groups together.</param>
    /// <param name="groups">Independent groups of channels.</param>
    /// <param name="weights">[outputs, taps, channels of one group]: codes less their zero points.</param>
    /// <param name="scales">One scale of the weights, or one for each output.</param>
    /// <param name="bias">One number for each output.</param>
    /// <exception cref="QuantizationException">The weights are not accepted, or the lengths do not belong together.</exception>
    public DynamicConvolution(Engine engine, ConvolutionWindow window, int inputChannels, int groups, ReadOnlySpan<short> weights, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias)
    {
        int outputs = bias.Length;
        if (!Accepts(weights, outputs) || (scales.Length != 1 && scales.Length != outputs)) { throw new QuantizationException($"Found {weights.Length} weights, {scales.Length} scales and {outputs} biases; expected weights in int8 whose sums a float holds exactly, and one scale or {outputs}."); }
        (_engine, _taps, Outputs, _weights, _bias) = (engine, window.Taps, outputs, weights.ToArray(), bias.ToArray());
        _scales = scales.Length == 1 ? [.. Enumerable.Repeat(scales[0], outputs)] : scales.ToArray();
        _product = engine.Bind(new Int8ConvolutionSpec
        {
            Window = window,
            Groups = groups,
            InputChannels = inputChannels,
            OutputChannels = outputs,
            Weights = Array.ConvertAll(_weights, weight => (sbyte)weight),
            InputZeroPoint = Middle,
            Output = new FloatOutput([.. Enumerable.Repeat(1f, outputs)]),
        });
    }

    /// <summary>Output channels.</summary>
    public int Outputs { get; }

    /// <summary>Whether all weights are int8, and a float holds every sum exactly.</summary>
    public static bool Accepts(ReadOnlySpan<short> weights, int outputs)
    {
        if (outputs == 0 || weights.Length == 0 || weights.Length % outputs != 0) { return false; }
        int depth = weights.Length / outputs;
        for (int n = 0; n < outputs; n++)
        {
            long magnitude = 0;
            foreach (short weight in weights.Slice(n * depth, depth))
            {
                if (weight is < sbyte.MinValue or > sbyte.MaxValue) { return false; }
                magnitude += Math.Abs((int)weight) * Middle;
            }
            if (magnitude > LargestExact) { return false; }
        }
        return true;
    }

    /// <summary>Tables for one input size.</summary>
    /// <param name="inputSize">Spatial sizes of the input.</param>
    /// <param name="outputSize">Spatial sizes of the output.</param>
    /// <param name="sources">[pixels, taps]: below 0 for a tap outside the image.</param>
    public object Plan(ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize, ReadOnlySpan<int> sources)
    {
        var known = new Dictionary<string, float[]>(StringComparer.Ordinal);
        var runs = ImmutableArray.CreateBuilder<(int Pixels, float[] Sums)>();
        Span<char> taps = new char[_taps];
        for (int pixel = 0; pixel < sources.Length / _taps; pixel++)
        {
            for (int tap = 0; tap < _taps; tap++) { taps[tap] = sources[pixel * _taps + tap] < 0 ? '0' : '1'; }
            string key = new(taps);
            if (!known.TryGetValue(key, out float[]? sums)) { known[key] = sums = Sums(key); }
            if (runs.Count > 0 && ReferenceEquals(runs[^1].Sums, sums)) { runs[^1] = (runs[^1].Pixels + 1, sums); }
            else { runs.Add((1, sums)); }
        }
        return new Tables(_product.Plan(inputSize, outputSize), runs.ToArray());
    }

    /// <summary>Bytes of scratch memory wanted for so many floats of input.</summary>
    public static int ScratchBytes(int inputs) => checked(inputs + Engine.ReadSlack);

    /// <summary>Convolves.</summary>
    /// <param name="tables">From <see cref="Plan"/>.</param>
    /// <param name="x">[batch, spatial…, channels].</param>
    /// <param name="batch">Images; 1 or more.</param>
    /// <param name="perImage">Whether each image has a range of its own.</param>
    /// <param name="y">[batch, spatial…, outputs].</param>
    /// <param name="scratch">As many bytes as <see cref="ScratchBytes"/> asks for.</param>
    /// <param name="workers">Threads to share the work with, or null.</param>
    public void Run(object tables, ReadOnlySpan<float> x, int batch, bool perImage, Span<float> y, Span<byte> scratch, WorkerPool? workers)
    {
        var plan = (Tables)tables;
        LengthCheck.AtLeast(scratch.Length, ScratchBytes(x.Length));
        int image = x.Length / batch, output = y.Length / batch;
        CodeParameters map = perImage ? default : DynamicRange.Of(x).ToParameters();
        for (int n = 0; n < batch; n++)
        {
            ReadOnlySpan<float> from = x.Slice(n * image, image);
            _engine.Quantize(from, scratch.Slice(n * image, image), perImage ? DynamicRange.Of(from).ToParameters() : map);
        }
        _product.Run(plan.Product, batch, scratch, MemoryMarshal.AsBytes(y), workers);
        for (int n = 0; n < batch; n++)
        {
            if (perImage) { map = DynamicRange.Of(x.Slice(n * image, image)).ToParameters(); }
            Span<float> rest = y.Slice(n * output, output);
            foreach ((int pixels, float[] sums) in plan.Runs)
            {
                DynamicLoops.ScaleExact(rest[..(pixels * Outputs)], Outputs, Middle - map.ZeroPoint, map.Scale, sums, _scales, _bias, float.NegativeInfinity, float.PositiveInfinity);
                rest = rest[(pixels * Outputs)..];
            }
        }
    }

    // Whole numbers: what a float holds exactly is far more than they can be.
    private float[] Sums(string inside)
    {
        float[] sums = new float[Outputs];
        int depth = _weights.Length / Outputs / _taps;
        for (int i = 0; i < _weights.Length; i++) { sums[i / depth / _taps] += inside[i / depth % _taps] == '1' ? _weights[i] : 0f; }
        return sums;
    }

    private sealed record Tables(ConvolutionTables Product, (int Pixels, float[] Sums)[] Runs);
}
