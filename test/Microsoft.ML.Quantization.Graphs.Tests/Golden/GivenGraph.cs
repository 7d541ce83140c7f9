using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>Codes in a graph and what they mean.</summary>
internal sealed record Codes(string Name, float Scale, int ZeroPoint);

/// <summary>
/// A quantized graph with parameters that PyTorch chose. Constants are rounded as PyTorch's kernels round them, by the reciprocal; a weight
/// at the end of its range lies on a tie, where division would give another code.
/// </summary>
internal sealed class GivenGraph
{
    private readonly GraphBuilder _builder = new("given", 13);

    /// <summary>A float input and its codes, with <c>scale</c> and <c>zero_point</c> from a converted module.</summary>
    public Codes Input(string name, Shape shape, JsonElement module) => Input(name, shape, Scale(module), Zero(module));

    public Codes Input(string name, Shape shape, float scale, int zeroPoint)
    {
        string input = _builder.AddInput(name, new TensorFact(ElementType.Float32, [.. shape.Sizes.Select((size, axis) => axis == 0 ? Dimension.Named(name + "_batch") : Dimension.Known(size))]));
        return Quantize(input, scale, zeroPoint);
    }

    /// <summary>A layer with the weight codes, bias and output parameters of a converted module.</summary>
    public Codes Layer(string name, string op, Codes x, JsonElement module, NodeAttributes? attributes = null, bool? relu = null)
    {
        GoldenTensor weight = GoldenCase.Tensor(module.GetProperty("weight"));
        QuantizationParameters parameters = weight.IsPerChannel
            ? new([.. weight.Scales.Select(scale => (float)scale)], [.. weight.ZeroPoints.Select(zero => (int)zero)], weight.Axis, ElementType.QInt8)
            : new((float)weight.Scale, weight.ZeroPoint, ElementType.QInt8);
        float[]? bias = module.TryGetProperty("bias", out JsonElement json) && json.ValueKind != JsonValueKind.Null ? GoldenCase.Tensor(json).Floats : null;
        bool clamps = relu ?? module.GetProperty("type").GetString()!.EndsWith("ReLU", StringComparison.Ordinal) || module.GetProperty("type").GetString()!.EndsWith("ReLU2d", StringComparison.Ordinal);
        return Layer(name, op, x, weight.ToTensor(), parameters, bias, Scale(module), Zero(module), clamps, attributes);
    }

    public Codes Layer(string name, string op, Codes x, Tensor weightCodes, QuantizationParameters weight, ReadOnlySpan<float> bias, float scale, int zeroPoint, bool relu, NodeAttributes? attributes = null)
    {
        attributes ??= NodeAttributes.Empty;
        if (op == "Gemm") { attributes = attributes.With("transB", 1L); }
        if (relu) { attributes = attributes.With(Node.Activation, "Relu"); }
        List<string> inputs = [Real(x), Real(_builder.AddConstant(name + ".weight_q", weightCodes), weight)];
        if (!bias.IsEmpty)
        {
            Tensor codes = Tensor.Create(BiasQuantizer.Quantize(bias, x.Scale, weight.Scales.AsSpan(), Rounding.Reciprocal));
            ImmutableArray<float> scales = [.. weight.Scales.Select(one => BiasQuantizer.Scale(x.Scale, one))];
            inputs.Add(Real(_builder.AddConstant(name + ".bias_q", codes), new(scales, [.. scales.Select(_ => 0)], weight.IsPerChannel ? 0 : null, ElementType.QInt32)));
        }
        return Quantize(_builder.Add(new Node(name, op, [.. inputs], [name], attributes)).Output, scale, zeroPoint);
    }

    /// <summary>An operator without weights, from codes to codes.</summary>
    public Codes Add(string name, string op, float scale, int zeroPoint, NodeAttributes attributes, params Codes[] inputs) =>
        Quantize(Float(name, op, attributes, [.. inputs.Select(Real)]), scale, zeroPoint);

    /// <summary>An operator that passes its input's parameters on.</summary>
    public Codes Copy(string name, string op, NodeAttributes attributes, Codes x, params string[] settings) =>
        Quantize(Float(name, op, attributes, [Real(x), .. settings]), x.Scale, x.ZeroPoint);

    /// <summary>A float operator.</summary>
    public string Float(string name, string op, NodeAttributes attributes, params string[] inputs) => _builder.Add(new Node(name, op, [.. inputs], [name], attributes)).Output;

    public string Constant(string name, Tensor tensor) => _builder.AddConstant(name, tensor);

    public Codes Quantize(string value, float scale, int zeroPoint)
    {
        string name = _builder.Unique(value + "_q");
        return new(_builder.Add(new Node(name, "QuantizeLinear", [value, .. Parameters(name, new(scale, zeroPoint, ElementType.QUInt8))], [name], NodeAttributes.Empty)).Output, scale, zeroPoint);
    }

    /// <summary>The reals of codes, for one reader.</summary>
    public string Real(Codes codes) => Real(codes.Name, new(codes.Scale, codes.ZeroPoint, ElementType.QUInt8));

    public void AddOutput(Codes codes) => AddOutput(Real(codes));

    public void AddOutput(string value) => _builder.AddOutput(value);

    public Graph Build() => _builder.Build();

    private string Real(string codes, QuantizationParameters parameters)
    {
        string name = _builder.Unique(codes + "_d");
        NodeAttributes attributes = parameters.Axis is { } axis ? NodeAttributes.Empty.With("axis", axis) : NodeAttributes.Empty;
        return _builder.Add(new Node(name, "DequantizeLinear", [codes, .. Parameters(name, parameters)], [name], attributes)).Output;
    }

    private ImmutableArray<string> Parameters(string name, QuantizationParameters parameters)
    {
        Shape shape = parameters.IsPerChannel ? new Shape(parameters.Scales.Length) : Shape.Scalar;
        Tensor zero = parameters.Type switch
        {
            ElementType.QUInt8 => Tensor.Create<byte>([.. parameters.ZeroPoints.Select(z => (byte)z)], shape),
            ElementType.QInt8 => Tensor.Create<sbyte>([.. parameters.ZeroPoints.Select(z => (sbyte)z)], shape),
            _ => Tensor.Create<int>(parameters.ZeroPoints.AsSpan(), shape),
        };
        return [_builder.AddConstant(name + "_s", Tensor.Create(parameters.Scales.AsSpan(), shape)), _builder.AddConstant(name + "_z", zero)];
    }

    private static float Scale(JsonElement module) => (float)GoldenNumber.Read(module.GetProperty("scale"));

    private static int Zero(JsonElement module) => module.GetProperty("zero_point").GetInt32();
}
