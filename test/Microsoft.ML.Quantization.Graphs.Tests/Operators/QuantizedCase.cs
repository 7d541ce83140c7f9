using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>
/// A case between DequantizeLinear and QuantizeLinear nodes, with the codes it is given and the codes that dequantize → forward → quantize
/// gives. The oracle uses the plain forward and Core's arithmetic, nothing of the integer path.
/// </summary>
internal sealed record QuantizedCase(Graph Graph, ImmutableArray<Tensor> Inputs, Tensor Expected)
{
    /// <summary>Quantizes a float case.</summary>
    /// <param name="test">The case.</param>
    /// <param name="signed">int8 activations rather than uint8.</param>
    /// <param name="floatOutput">Leave the QuantizeLinear away.</param>
    /// <param name="ownOutput">Give the output a map of its own even where the operator shares the input's.</param>
    public static QuantizedCase Of(OperatorCase test, bool signed, bool floatOutput = false, bool ownOutput = false)
    {
        IOperator op = test.Find();
        ElementType activation = signed ? ElementType.QInt8 : ElementType.QUInt8;
        var input = new QuantizationParameters(4f / 255f, signed ? -5 : 119, activation);
        var builder = new GraphBuilder("quantized", Math.Max(10, test.Opset));
        var reals = new Tensor?[test.Inputs.Length];
        var given = ImmutableArray.CreateBuilder<Tensor>();
        float[] scales = [];
        string[] names = new string[test.Inputs.Length];
        for (int i = 0; i < test.Inputs.Length; i++)
        {
            if (test.Inputs[i] is not { } value)
            {
                names[i] = "";
                continue;
            }
            if (value.Type != ElementType.Float32 || op.Traits.IsSetting?.Invoke(i) == true)
            {
                names[i] = builder.AddConstant($"c{i}", value);
                reals[i] = value;
                continue;
            }
            QuantizationParameters map = i == op.Traits.WeightInput ? Weights(test, op, value, out scales) : i == op.Traits.BiasInput ? Bias(value, input, scales) : i == 1 ? new(3.7f / 255f, signed ? 3 : 130, activation) : input;
            // Inputs of Concat and the like that share one map keep it, unless the case asks for different ones.
            if (i == 1 && op.Traits.WeightInput is null && op.Traits.Observation == ObservationType.OutputSharesObserverWithInput && !ownOutput) { map = input; }
            Tensor codes = Quantizer.Quantize(value, map, Rounding.Divide);
            reals[i] = Dequantizer.Dequantize(codes, map);
            string name = test.Constants.Contains(i) ? builder.AddConstant($"q{i}", codes) : builder.AddInput($"q{i}", new TensorFact(codes.Type, codes.Shape));
            if (!test.Constants.Contains(i)) { given.Add(codes); }
            names[i] = Linear(builder, $"dq{i}", "DequantizeLinear", name, map);
        }

        Tensor forward = (test with { Inputs = [.. reals] }).Forward();
        string y = builder.Add("node", test.Operator, [.. names], test.Attributes);
        if (floatOutput)
        {
            builder.AddOutput(y);
            return new(builder.Build(), given.ToImmutable(), forward);
        }
        QuantizationParameters output = op.Traits.Observation == ObservationType.OutputSharesObserverWithInput && !ownOutput ? input : Range(forward, activation);
        builder.AddOutput(Linear(builder, "q", "QuantizeLinear", y, output));
        return new(builder.Build(), given.ToImmutable(), Quantizer.Quantize(forward, output, Rounding.Divide));
    }

    /// <summary>Runs it, and says whether the node ran in integers and, if not, why.</summary>
    public (Tensor Output, PassNote Note) Run(Engine engine)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(Graph, new ExecutionOptions { Engine = engine });
        return (plan.Run(Inputs)[0], plan.Notes.Single(note => note.Node == "node"));
    }

    private static QuantizationParameters Weights(OperatorCase test, IOperator op, Tensor value, out float[] scales)
    {
        int? axis = op.Traits.WeightChannelAxis!(test.Node, new TensorFact(value.Type, value.Shape));
        ChannelLayout layout = axis is { } at ? ChannelLayout.Of(value.Shape, at) : new(1, 1, value.Length);
        scales = new float[layout.Channels];
        for (int i = 0; i < value.Length; i++)
        {
            int c = i / layout.Inner % layout.Channels;
            scales[c] = Math.Max(scales[c], Math.Abs(value.AsSpan<float>()[i]) / 127f);
        }
        return new([.. scales], [.. scales.Select(_ => 0)], axis, ElementType.QInt8);
    }

    private static QuantizationParameters Bias(Tensor value, QuantizationParameters input, float[] scales)
    {
        bool each = value.Shape.Rank > 0 && value.Length == scales.Length;
        return each
            ? new([.. scales.Select(scale => input.Scale * scale)], [.. scales.Select(_ => 0)], value.Shape.Rank - 1, ElementType.QInt32)
            : new(input.Scale * scales[0], 0, ElementType.QInt32);
    }

    private static QuantizationParameters Range(Tensor values, ElementType type)
    {
        (float low, float high) = (0f, 1e-3f);
        foreach (float value in values.AsSpan<float>()) { (low, high) = (Math.Min(low, value), Math.Max(high, value)); }
        float scale = (high - low) / 250f;
        // Not the best zero point: some codes must saturate.
        return new(scale, Math.Clamp((int)(-low / scale) + (type == ElementType.QInt8 ? -125 : 0), type == ElementType.QInt8 ? -128 : 0, type == ElementType.QInt8 ? 127 : 255), type);
    }

    private static string Linear(GraphBuilder builder, string name, string op, string value, QuantizationParameters map)
    {
        string scale = builder.AddConstant(name + "_scale", map.IsPerChannel ? Tensor.Create<float>([.. map.Scales]) : Tensor.Scalar(map.Scale));
        Tensor zeroPoint = map.Type switch
        {
            ElementType.QUInt8 => Tensor.Create<byte>([.. map.ZeroPoints.Select(z => (byte)z)]),
            ElementType.QInt8 => Tensor.Create<sbyte>([.. map.ZeroPoints.Select(z => (sbyte)z)]),
            _ => Tensor.Create<int>([.. map.ZeroPoints]),
        };
        string zero = builder.AddConstant(name + "_zero", map.IsPerChannel ? zeroPoint : zeroPoint.Reshape(Shape.Scalar));
        return builder.Add(name, op, [value, scale, zero], map.Axis is { } axis ? NodeAttributes.Empty.With("axis", axis) : null);
    }
}
