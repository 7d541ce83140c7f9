using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary><c>x · min(max(x + 3, 0), 6) / 6</c> from codes to codes. PyTorch's <c>torch.nn.quantized.Hardswish</c>.</summary>
/// <param name="output">Map of the result.</param>
public sealed class Hardswish(OutputMap output) : QuantizedModule("nn.quantized.Hardswish", output)
{
    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value, x => Activations.Hardswish(x, Output.Scale, Output.ZeroPoint), (trace, x) => trace.Node("HardSwish", [x.Name]));
}

/// <summary><c>x</c> above 0, <c>alpha · (exp(x) − 1)</c> below, from codes to codes. PyTorch's <c>torch.nn.quantized.ELU</c>.</summary>
/// <param name="output">Map of the result.</param>
/// <param name="alpha">Factor below 0.</param>
public sealed class ELU(OutputMap output, float alpha = 1f) : QuantizedModule("nn.quantized.ELU", output)
{
    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value, x => Activations.Elu(x, Output.Scale, Output.ZeroPoint, alpha), (trace, x) => trace.Node("Elu", [x.Name], NodeAttributes.Empty.With("alpha", alpha)));
}

/// <summary><c>x</c> above 0, <c>slope · x</c> below, from codes to codes. PyTorch's <c>torch.nn.quantized.LeakyReLU</c>.</summary>
/// <param name="output">Map of the result.</param>
/// <param name="negativeSlope">Factor below 0.</param>
public sealed class LeakyReLU(OutputMap output, float negativeSlope = 0.01f) : QuantizedModule("nn.quantized.LeakyReLU", output)
{
    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value, x => Activations.LeakyRelu(x, negativeSlope, Output.Scale, Output.ZeroPoint), (trace, x) => trace.Node("LeakyRelu", [x.Name], NodeAttributes.Empty.With("alpha", negativeSlope)));
}

/// <summary><c>1 / (1 + exp(−x))</c> from codes to codes. PyTorch's <c>torch.nn.quantized.Sigmoid</c>.</summary>
/// <param name="output">Map of the result.</param>
public sealed class Sigmoid(OutputMap output) : QuantizedModule("nn.quantized.Sigmoid", output)
{
    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value, x => Activations.Sigmoid(x, Output.Scale, Output.ZeroPoint), (trace, x) => trace.Node("Sigmoid", [x.Name]));
}

/// <summary><c>exp(x) / Σ exp(x)</c> along an axis, from codes to codes. PyTorch's <c>torch.nn.quantized.Softmax</c>.</summary>
/// <param name="output">Map of the result.</param>
/// <param name="axis">The axis; negative ones count from the last.</param>
public sealed class Softmax(OutputMap output, int axis = -1) : QuantizedModule("nn.quantized.Softmax", output)
{
    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value, x => ParametricActivations.Softmax(x, axis, Output.Scale, Output.ZeroPoint), (trace, x) => trace.Node("Softmax", [x.Name], NodeAttributes.Empty.With("axis", axis)));
}

/// <summary><c>x</c> above 0, <c>weight[c] · x</c> below, from codes to codes. PyTorch's <c>torch.nn.quantized.PReLU</c>.</summary>
public sealed class PReLU : QuantizedModule
{
    /// <param name="weight">Codes [channels] or [1].</param>
    /// <param name="output">Map of the result.</param>
    public PReLU(QuantizedTensor weight, OutputMap output) : base("nn.quantized.PReLU", output) => RegisterBuffer("weight", weight);

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value, x => ParametricActivations.PRelu(x, Packed("weight"), Output.Scale, Output.ZeroPoint), (trace, x) =>
    {
        ImmutableArray<int> sizes = [Packed("weight").Length, .. Enumerable.Repeat(1, Math.Max(x.Fact.Rank - 2, 0))];
        return trace.Node("PRelu", [x.Name, trace.Dequantize("weight", Packed("weight").Reshape(sizes.AsSpan()))]);
    });
}

/// <summary><c>max(x, 0)</c> of codes, which keep their parameters. PyTorch's <c>torch.nn.quantized.ReLU</c>.</summary>
public sealed class ReLU : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.quantized.ReLU";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => writer.Node("Relu", [x]), codes => Activations.Relu(codes));
}

/// <summary><c>min(max(x, 0), 6)</c> of codes, which keep their parameters. PyTorch's <c>torch.nn.quantized.ReLU6</c>.</summary>
public sealed class ReLU6 : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.quantized.ReLU6";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Apply(value, (writer, x) => Bounds.Clip(writer, x, 0f, 6f), codes => Activations.Relu6(codes));
}

/// <summary>The codes themselves. PyTorch's <c>torch.nn.quantized.Dropout</c>.</summary>
public sealed class Dropout : Module
{
    /// <inheritdoc/>
    public override string TypeName => "nn.quantized.Dropout";

    /// <inheritdoc/>
    protected override Value Compute(Value value) => value;
}
