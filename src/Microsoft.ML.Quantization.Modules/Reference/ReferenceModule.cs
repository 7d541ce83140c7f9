using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules.Reference;

/// <summary>
/// A float module that computes with what its weights are once quantized: it keeps the float weights and their parameters, <c>weight_scale</c> and <c>weight_zero_point</c>. PyTorch's <c>torch.ao.nn.quantized.reference</c>; values and results are
/// those of the float module.
/// </summary>
public sealed class ReferenceModule : Module
{
    private readonly Module _float;
    private readonly ImmutableSortedDictionary<string, QuantizationParameters> _parameters;

    internal ReferenceModule(Module source, Func<string, Tensor, QuantizationParameters> parameters)
    {
        TypeName = "nn.quantized.reference" + source.TypeName["nn".Length..];
        _float = source.Clone();
        _float.RemoveModule(ActivationPostProcess);
        var all = ImmutableSortedDictionary.CreateBuilder<string, QuantizationParameters>(StringComparer.Ordinal);
        foreach ((string name, StateEntry entry) in source.Entries)
        {
            RegisterParameter(name, entry.Tensor);
            if (!name.StartsWith("weight", StringComparison.Ordinal)) { continue; }
            QuantizationParameters map = all[name] = parameters(name, entry.Tensor!);
            RegisterBuffer(name + "_scale", Tensor.Create<float>(map.Scales.AsSpan(), new Shape(map.Scales.Length)));
            RegisterBuffer(name + "_zero_point", map.HasFloatZeroPoints ? Tensor.Create<float>(map.FloatZeroPoints.AsSpan(), new Shape(map.FloatZeroPoints.Length)) : Tensor.Create<int>(map.ZeroPoints.AsSpan(), new Shape(map.ZeroPoints.Length)));
        }
        _parameters = all.ToImmutable();
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>A weight in codes.</summary>
    /// <param name="name">The weight: <c>weight</c>, or <c>weight_ih_l0</c> and its kin.</param>
    public QuantizedTensor QuantizedWeight(string name)
    {
        QuantizationParameters map = _parameters[name];
        ImmutableArray<float> scales = [.. Entry(name + "_scale")!.AsSpan<float>()];
        Tensor zero = Entry(name + "_zero_point")!;
        return QuantizedTensor.Quantize(Entry(name)!, map.HasFloatZeroPoints
            ? QuantizationParameters.WithFloatZeroPoints(scales, [.. zero.AsSpan<float>()], map.Axis!.Value, map.Type, map.Range)
            : new QuantizationParameters(scales, [.. zero.AsSpan<int>()], map.Axis, map.Type, map.Range));
    }

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values) => FromState(() =>
    {
        Module rounded = _float.Clone();
        foreach (string name in _float.Entries.Keys) { rounded.SetEntry(name, new(_parameters.ContainsKey(name) ? QuantizedWeight(name).Dequantize() : Entry(name), null, IsParameter: true)); }
        return rounded;
    }).Forward(values);
}
