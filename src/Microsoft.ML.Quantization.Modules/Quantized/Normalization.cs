using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary>
/// Batch normalization from codes to codes, with a ReLU or not: PyTorch's <c>torch.nn.quantized.BatchNorm2d</c>, <c>BatchNorm3d</c>, <c>torch.nn.intrinsic.quantized.BNReLU2d</c> and <c>BNReLU3d</c>.
/// </summary>
public sealed class BatchNorm : QuantizedModule
{
    private readonly double _eps;
    private readonly bool _relu;

    /// <param name="source">Parameters, statistics and eps.</param>
    /// <param name="output">Map of the result.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    public BatchNorm(BatchNormNd source, OutputMap output, bool relu = false) : base($"{(relu ? "nn.intrinsic.quantized.BNReLU" : "nn.quantized.BatchNorm")}{source.TypeName[^2..]}", output)
    {
        (_eps, _relu) = (source.Eps, relu);
        RegisterBuffer("weight", source.Entry("weight") ?? Initializer.Constant(1f, source.Features));
        RegisterBuffer("bias", source.Entry("bias") ?? Initializer.Constant(0f, source.Features));
        RegisterBuffer("running_mean", source.Entry("running_mean"));
        RegisterBuffer("running_var", source.Entry("running_var"));
    }

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value,
        x => BatchNormalization.BatchNorm(x, Entry("weight")!, Entry("bias")!, Entry("running_mean")!, Entry("running_var")!, _eps, Output.Scale, Output.ZeroPoint, _relu),
        (trace, x) =>
        {
            string y = trace.Node("BatchNormalization", [x.Name, .. ((string[])["weight", "bias", "running_mean", "running_var"]).Select(name => trace.Constant(name, Entry(name)!))], NodeAttributes.Empty.With("epsilon", (float)_eps));
            return _relu ? trace.Node("Relu", [y]) : y;
        });
}

/// <summary>
/// Layer, group or instance normalization from codes to codes: PyTorch's <c>torch.nn.quantized.LayerNorm</c>, <c>GroupNorm</c> and <c>InstanceNorm1d</c> to <c>InstanceNorm3d</c>. The float module says what is normalized.
/// </summary>
public sealed class Normalized : QuantizedModule
{
    private readonly Module _source;

    private Normalized(Module source, OutputMap output) : base("nn.quantized" + source.TypeName["nn".Length..], output)
    {
        _source = source;
        RegisterBuffer("weight", source.Entry("weight"));
        RegisterBuffer("bias", source.Entry("bias"));
    }

    /// <summary>PyTorch's <c>torch.nn.quantized.LayerNorm</c>.</summary>
    /// <param name="source">Shape, parameters and eps.</param>
    /// <param name="output">Map of the result.</param>
    public static Normalized LayerNorm(LayerNorm source, OutputMap output) => new(source, output);

    /// <summary>PyTorch's <c>torch.nn.quantized.GroupNorm</c>.</summary>
    /// <param name="source">Groups, parameters and eps.</param>
    /// <param name="output">Map of the result.</param>
    public static Normalized GroupNorm(GroupNorm source, OutputMap output) => new(source, output);

    /// <summary>PyTorch's <c>torch.nn.quantized.InstanceNorm1d</c> and its kin.</summary>
    /// <param name="source">Parameters and eps.</param>
    /// <param name="output">Map of the result.</param>
    public static Normalized InstanceNorm(InstanceNormNd source, OutputMap output) => new(source, output);

    /// <inheritdoc/>
    protected override Value Compute(Value value) => Run(value, Codes, (trace, x) => FloatForm().Forward(new Value(x with { Map = null })).Traced!.Name);

    private QuantizedTensor Codes(QuantizedTensor x)
    {
        (Tensor? weight, Tensor? bias, OutputMap output) = (Entry("weight"), Entry("bias"), Output);
        return _source switch
        {
            LayerNorm layer => Normalization.LayerNorm(x, layer.NormalizedShape.Sizes.AsSpan(), weight, bias, layer.Eps, output.Scale, output.ZeroPoint),
            GroupNorm group => Normalization.GroupNorm(x, group.Groups, weight, bias, group.Eps, output.Scale, output.ZeroPoint),
            _ => Normalization.InstanceNorm(x, weight, bias, ((InstanceNormNd)_source).Eps, output.Scale, output.ZeroPoint),
        };
    }

    // With the parameters that this module has by now: a state may have been loaded.
    private Module FloatForm()
    {
        Module copy = _source.Clone();
        foreach (string name in (string[])["weight", "bias"]) { copy.SetEntry(name, new(Entry(name), null, IsParameter: true)); }
        return copy;
    }
}
