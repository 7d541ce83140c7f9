using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>
/// The one road of linear, convolution, transposed convolution and matmul to an engine:
/// <code>
/// acc  = Σ (x − zx) · (w − zw) + bq         bq = rne(bias · (1 / sb)),  sb = f32(sx · sw)
/// code = rne(f32(acc) · M) + zo             M = f32(sb / so)
/// </code>
/// clamped to the codes of the type, from the zero point on with ReLU. Padding contributes 0. Source: PyTorch's QNNPACK kernels.
/// </summary>
internal sealed class IntegerProduct
{
    private readonly BoundConvolution _bound;
    private readonly ProductForm _form;
    private readonly SplitWeights _weights;

    private IntegerProduct(BoundConvolution bound, ProductForm form, SplitWeights weights) => (_bound, _form, _weights) = (bound, form, weights);

    /// <summary>Packs the weights for the maps of an input and an output.</summary>
    /// <param name="form">Sizes and window.</param>
    /// <param name="x">Whose map the input has.</param>
    /// <param name="weight">[out, in / groups, taps…]; of a transposed form [in, out / groups, taps…].</param>
    /// <param name="bias">float32, one for each output channel, or null.</param>
    /// <param name="y">Whose map the output has.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <param name="engine">The engine; null for the default one.</param>
    /// <param name="rounding">How the bias becomes codes.</param>
    public static IntegerProduct Bind(ProductForm form, QuantizedTensor x, QuantizedTensor weight, Tensor? bias, QuantizedTensor y, bool relu, Engine? engine, Rounding rounding)
    {
        CodeParameters input = ByteTensors.Map(x), output = ByteTensors.Map(y, rounding, relu);
        float[] scales = Scales(form, weight);
        SplitWeights weights = SplitWeights.Of(form.Order(CenteredWeights.Of(ByteTensors.Read(weight), weight.Shape, weight.Quantizer.Narrowed)), form.Depth);
        var spec = new Int8ConvolutionSpec
        {
            Window = form.Window,
            Transposed = form.Transposed,
            Groups = form.Groups,
            InputChannels = form.InputChannels * weights.Parts,
            OutputChannels = form.OutputChannels,
            Weights = weights.Codes,
            Bias = Bias(bias, input.Scale, scales, rounding),
            InputSigned = input.Signed,
            InputZeroPoint = input.ZeroPoint,
            Output = new QuantizedOutput([.. Numerics.Requantization.Multipliers(input.Scale, scales, output.Scale)], output.ZeroPoint, output.Minimum, output.Maximum, output.Signed),
        };
        return new((engine ?? EngineList.Default).Bind(spec), form, weights);
    }

    /// <summary>Computes [batch, channels, spatial…] to the same order.</summary>
    public void Run(ReadOnlySpan<byte> x, Span<byte> y, int batch, ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize)
    {
        if (y.IsEmpty) { return; }
        int pixels = (int)WindowSources.Count(inputSize), length = checked(x.Length * _weights.Parts);
        var image = new byte[length + Engine.ReadSlack];
        ChannelsLast.FromChannelsFirst(x, image, batch, _form.InputChannels, pixels);
        if (_weights.Parts > 1) { _weights.Repeat(image.AsSpan(0, x.Length).ToArray(), image); }
        var result = new byte[y.Length];
        _bound.Run(_bound.Plan(inputSize, outputSize), batch, image.AsSpan(0, length), result, null);
        ChannelsLast.ToChannelsFirst<byte>(result, y, batch, _form.OutputChannels, (int)WindowSources.Count(outputSize));
    }

    private static float[] Scales(ProductForm form, QuantizedTensor weight)
    {
        ImmutableArray<float> given = weight.Quantizer.Narrowed.Scales;
        int perGroup = form.OutputChannels / form.Groups, axis = form.Transposed ? 1 : 0;
        if (weight.Quantizer.Axis is { } found && found != axis) { throw new QuantizationException($"The weights {weight} have a scale for each index of axis {found}; expected axis {axis}, the output channels."); }
        var scales = new float[form.OutputChannels];
        for (int c = 0; c < scales.Length; c++) { scales[c] = given[weight.Quantizer.Axis is null ? 0 : form.Transposed ? c % perGroup : c]; }
        return scales;
    }

    private static int[] Bias(Tensor? bias, float inputScale, float[] scales, Rounding rounding)
    {
        if (bias is null) { return []; }
        if (bias.Type != ElementType.Float32 || bias.Length != scales.Length) { throw new QuantizationException($"The bias is {bias}; expected float32[{scales.Length}], one for each output channel."); }
        return BiasQuantizer.Quantize(bias.AsSpan<float>(), inputScale, scales, rounding);
    }
}
