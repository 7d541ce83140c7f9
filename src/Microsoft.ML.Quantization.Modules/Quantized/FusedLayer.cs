using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary>
/// A layer whose sums stay float until something behind them is done, and are quantized once: PyTorch's <c>torch.nn.intrinsic.quantized.LinearLeakyReLU</c>, <c>LinearTanh</c>, <c>ConvAdd2d</c> and <c>ConvAddReLU2d</c>. Entries <c>weight</c> (qint8),
/// <c>bias</c> (float32), <c>scale</c>, <c>zero_point</c>.
/// </summary>
/// <remarks>No engine of PyTorch settles these to the bit; here they are the graph DequantizeLinear – layer – function – QuantizeLinear, alike on every engine of ours.</remarks>
public sealed class FusedLayer : QuantizedModule
{
    private readonly int _inputs;
    private readonly Func<FusedLayer, Trace, ImmutableArray<TracedValue>, string> _nodes;

    private FusedLayer(string name, QuantizedTensor weight, Tensor? bias, OutputMap output, int inputs, Func<FusedLayer, Trace, ImmutableArray<TracedValue>, string> nodes) : base("nn.intrinsic.quantized." + name, output)
    {
        (_inputs, _nodes) = (inputs, nodes);
        RegisterBuffer("weight", weight);
        RegisterBuffer("bias", bias);
    }

    /// <summary><c>leaky(x · Wᵀ + b)</c>.</summary>
    /// <param name="weight">qint8 [out, in].</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="output">Map of the result.</param>
    /// <param name="negativeSlope">Factor below 0.</param>
    public static FusedLayer LinearLeakyReLU(QuantizedTensor weight, Tensor? bias, OutputMap output, float negativeSlope = 0.01f) => new("LinearLeakyReLU", weight, bias, output, 1,
        (layer, trace, x) => trace.Node("LeakyRelu", [layer.Linear(trace, x[0])], NodeAttributes.Empty.With("alpha", negativeSlope)));

    /// <summary><c>tanh(x · Wᵀ + b)</c>.</summary>
    /// <param name="weight">qint8 [out, in].</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="output">Map of the result.</param>
    public static FusedLayer LinearTanh(QuantizedTensor weight, Tensor? bias, OutputMap output) => new("LinearTanh", weight, bias, output, 1, (layer, trace, x) => trace.Node("Tanh", [layer.Linear(trace, x[0])]));

    /// <summary><c>conv(x) + extra</c>; two values.</summary>
    /// <param name="weight">qint8 [out, in / groups, height, width].</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="output">Map of the result.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    public static FusedLayer ConvAdd2d(QuantizedTensor weight, Tensor? bias, OutputMap output, ConvolutionSettings? settings = null) => new("ConvAdd2d", weight, bias, output, 2,
        (layer, trace, x) => trace.Node("Add", [layer.Conv(trace, x[0], settings ?? new()), x[1].Name]));

    /// <summary><c>max(conv(x) + extra, 0)</c>; two values.</summary>
    /// <param name="weight">qint8 [out, in / groups, height, width].</param>
    /// <param name="bias">float32 [out], or null.</param>
    /// <param name="output">Map of the result.</param>
    /// <param name="settings">Strides, padding, dilations and groups.</param>
    public static FusedLayer ConvAddReLU2d(QuantizedTensor weight, Tensor? bias, OutputMap output, ConvolutionSettings? settings = null) => new("ConvAddReLU2d", weight, bias, output, 2,
        (layer, trace, x) => trace.Node("Relu", [trace.Node("Add", [layer.Conv(trace, x[0], settings ?? new()), x[1].Name])]));

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values) => values.Length == _inputs
        ? [Run(values, Codes, (trace, x) => _nodes(this, trace, x))]
        : throw new QuantizationException($"{TypeName} was given {values.Length} values; expected {_inputs}.");

    private QuantizedTensor Codes(ImmutableArray<QuantizedTensor> x)
    {
        QuantizationParameters[] maps = [.. x.Select(codes => codes.Quantizer.Narrowed)];
        ElementType type = x[0].Type;
        string form = string.Join(' ', maps.Select(map => string.Create(CultureInfo.InvariantCulture, $"{map.Scale:R} {map.ZeroPoint}")));
        Tensor result = Write(form, [.. x.Select(codes => (Value)codes.Codes())], (writer, names) =>
        {
            Trace trace = writer.Trace;
            ImmutableArray<TracedValue> reals = [.. names.Select((name, i) => new TracedValue(trace, trace.Dequantize(name, $"x{i}", maps[i]), maps[i]))];
            return [trace.Codes(_nodes(this, trace, reals), Trace.Map(Output, type))];
        })[0].ToTensor();
        return QuantizedTensor.FromCodes(result, TensorQuantizer.PerTensor(Output.Scale, Output.ZeroPoint, type));
    }

    private string Linear(Trace trace, TracedValue x) => LayerNodes.Linear(new(trace), x.Name, transposed => QuantizedWeights.Matrix(trace, Packed("weight"), transposed),
        Entry("bias") is { } bias ? () => QuantizedWeights.Bias(trace, x, Packed("weight"), bias) : null);

    private string Conv(Trace trace, TracedValue x, ConvolutionSettings settings) => LayerNodes.Conv(new(trace), x.Name, trace.Dequantize("weight", Packed("weight")),
        Entry("bias") is { } bias ? QuantizedWeights.Bias(trace, x, Packed("weight"), bias) : null, Packed("weight").Shape.Sizes[2..], settings, PaddingMode.Zeros, transposed: false);
}
