using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Modules.Intrinsic;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>Makes one module of several that follow each other, by the rules of <see cref="FusionList"/>.</summary>
internal static class ModuleFuser
{
    /// <param name="modules">In order of execution.</param>
    /// <param name="training">Whether normalizations stay modules, to be trained.</param>
    /// <exception cref="QuantizationException">There is no rule for them, or their sizes do not fit.</exception>
    public static Module Fuse(IReadOnlyList<Module> modules, bool training)
    {
        FusionRule rule = FusionList.Find(modules.Select(module => module.TypeName)) ?? throw new QuantizationException(
            $"The modules {string.Join(", ", modules)} cannot be fused; expected one of {string.Join("; ", FusionList.Rules.Select(known => string.Join(" – ", known.Modules)))}.");
        if (rule.Method == FusionList.ConvTransposeBn && training) { throw new QuantizationException($"{string.Join(" – ", modules)} cannot be fused for training; expected to fuse it when training is over, by {nameof(EagerQuantization.FuseModules)}."); }
        if (training || rule.Method == FusionList.Sequence) { return Join(modules); }
        Module weighted = Fold(modules[0], (BatchNormNd)modules[1]);
        return modules.Count == 3 ? Join([weighted, modules[2]]) : weighted;
    }

    private static FusedModule Join(IReadOnlyList<Module> parts) => new("nn.intrinsic." + parts switch
    {
        [Linear, ReLU] => "LinearReLU",
        [Linear, BatchNorm1d] => "LinearBn1d",
        [BatchNormNd norm, ReLU] => "BNReLU" + norm.TypeName[^2..],
        [ConvNd conv, ReLU] => "ConvReLU" + conv.TypeName[^2..],
        [ConvNd conv, BatchNormNd] => "ConvBn" + conv.TypeName[^2..],
        _ => "ConvBnReLU" + parts[0].TypeName[^2..],
    }, [.. parts]);

    // W' = W · k[c], b' = (b − mean) · k + beta, k = gamma / √(var + eps); c is the output's channel.
    private static Module Fold(Module source, BatchNormNd norm)
    {
        Module folded = source.Clone();
        Tensor weight = source.Entry("weight")!;
        var conv = source as ConvNd;
        int groups = conv is { Transposed: true } ? conv.Settings.Groups : 1, axis = conv is { Transposed: true } ? 1 : 0;
        int channels = weight.Shape[axis] * groups;
        if (channels != norm.Features) { throw new QuantizationException($"{source} has {channels} output channels and {norm} {norm.Features}; expected the same to fuse them."); }
        ReadOnlySpan<float> gamma = Span(norm, "weight", 1f), beta = Span(norm, "bias", 0f), mean = Span(norm, "running_mean", 0f), variance = Span(norm, "running_var", 1f);
        Tensor? old = source.Entry("bias");
        float[] factors = new float[channels], shifts = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            factors[c] = gamma[c] / MathF.Sqrt(variance[c] + (float)norm.Eps);
            shifts[c] = ((old is null ? 0f : old.AsSpan<float>()[c]) - mean[c]) * factors[c] + beta[c];
        }
        Tensor scaled = Tensor.Create<float>(weight.AsSpan<float>(), weight.Shape);
        int inner = weight.Length / weight.Shape[0] / (axis == 1 ? weight.Shape[1] : 1);
        Span<float> values = scaled.AsSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            int channel = axis == 0 ? i / inner : i / (inner * weight.Shape[1]) / (weight.Shape[0] / groups) * weight.Shape[1] + i / inner % weight.Shape[1];
            values[i] *= factors[channel];
        }
        folded.SetEntry("weight", new(scaled, null, IsParameter: true));
        folded.SetEntry("bias", new(Tensor.Create(shifts), null, IsParameter: true));
        return folded;
    }

    private static ReadOnlySpan<float> Span(BatchNormNd norm, string name, float otherwise) => (norm.Entry(name) ?? Initializer.Constant(otherwise, norm.Features)).AsSpan<float>();
}
