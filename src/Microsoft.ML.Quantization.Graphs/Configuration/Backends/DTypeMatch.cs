using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Whether a configuration asks for what a backend can do.</summary>
/// <remarks>Source: PyTorch <c>is_qconfig_supported_by_dtype_configs</c>, <c>_qconfig_satisfies_dtype_config_constraints</c>.</remarks>
public static class DTypeMatch
{
    /// <summary>Why none of the combinations takes the configuration; null when one does.</summary>
    /// <param name="dtypes">The combinations a backend has.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="hasWeights">Whether the operator has weights; of one without, only the activations count.</param>
    public static string? WhyNot(BackendPatternConfig dtypes, QConfig config, bool hasWeights)
    {
        if (dtypes.DTypes.IsEmpty) { return "it has no combination of types"; }
        string? first = null;
        foreach (DTypeConfig candidate in dtypes.DTypes)
        {
            if (WhyNot(candidate, config, hasWeights) is not { } reason) { return null; }
            first ??= reason;
        }
        return first;
    }

    /// <summary>Why the combination does not take the configuration; null when it does.</summary>
    /// <param name="dtypes">A combination of types.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="hasWeights">Whether the operator has weights; of one without, only the activations count.</param>
    public static string? WhyNot(DTypeConfig dtypes, QConfig config, bool hasWeights)
    {
        ElementType activation = TypeOf(config.Activation), weight = TypeOf(config.Weight);
        bool isDynamic = config.Activation?.IsDynamic == true;
        if (dtypes.IsDynamic != isDynamic) { return $"it takes {Ranges(dtypes.IsDynamic)}; the configuration has {Ranges(isDynamic)}"; }
        if (Plain(dtypes.Input) != activation) { return $"it reads {Plain(dtypes.Input).Name()}; the configuration gives activations the type {activation.Name()}"; }
        ElementType output = dtypes.IsDynamic ? ElementType.Float32 : activation;
        if (Plain(dtypes.Output) != output) { return $"it writes {Plain(dtypes.Output).Name()}; the configuration asks for {output.Name()}"; }
        if (hasWeights)
        {
            if (Plain(dtypes.Weight) != weight) { return $"it takes {Plain(dtypes.Weight).Name()} weights; the configuration gives them the type {weight.Name()}"; }
            // Float16 is kept throughout only where everything is; otherwise a bias is float32. Embeddings state none, because they have none.
            ElementType bias = activation == ElementType.Float16 && weight == ElementType.Float16 && !isDynamic ? ElementType.Float16 : ElementType.Float32;
            if ((dtypes.Bias ?? ElementType.Float32) != bias) { return $"it takes a {dtypes.Bias!.Value.Name()} bias; the configuration leads to {bias.Name()}"; }
        }
        return WhyNot(dtypes.Input, config.Activation, "activation") ?? WhyNot(dtypes.Output, isDynamic ? null : config.Activation, "activation")
            ?? (hasWeights ? WhyNot(dtypes.Weight, config.Weight, "weight") : null);
    }

    /// <summary>Which demand an observer does not meet; null when it meets all. The type is not looked at.</summary>
    /// <param name="demands">What a backend demands; null for nothing.</param>
    /// <param name="observer">The observer; null for none.</param>
    /// <param name="role">What it observes, for the message: activation or weight.</param>
    public static string? WhyNot(DTypeWithConstraints? demands, ObserverSpec? observer, string role)
    {
        if (demands is null || demands.IsPlain || observer is null) { return null; }
        if (demands is { QuantMinLowerBound: { } low, QuantMaxUpperBound: { } high })
        {
            if (!HasCodes(observer)) { return $"the {role} observer {observer.Observer} has no range of codes; expected one within [{low}, {high}]"; }
            QuantizedRange range = observer.Range;
            if (range.Minimum < low || range.Maximum > high) { return $"the {role} observer has the codes [{range.Minimum}, {range.Maximum}]; expected some within [{low}, {high}]. Set quant_min and quant_max"; }
        }
        if (demands.ScaleMinLowerBound is { } smallest)
        {
            if (!HasCodes(observer) || observer.Observer == QConfigMapping.FixedQParams) { return $"the {role} observer {observer.Observer} has no eps; expected {smallest} or more"; }
            if (observer.Eps < smallest) { return $"the {role} observer has eps {observer.Eps}; expected {smallest} or more, the smallest scale of the backend"; }
        }
        if (demands is { ScaleExactMatch: { } scale, ZeroPointExactMatch: { } zeroPoint })
        {
            if (observer.Observer != QConfigMapping.FixedQParams) { return $"the {role} observer is {observer.Observer}; expected {QConfigMapping.FixedQParams} with scale {scale} and zero point {zeroPoint}"; }
            if (observer.Scale != scale || observer.ZeroPoint != zeroPoint) { return $"the {role} observer has scale {observer.Scale} and zero point {observer.ZeroPoint}; expected {scale} and {zeroPoint}"; }
        }
        return null;
    }

    private static bool HasCodes(ObserverSpec observer) => observer.Type.IsQuantized()
        && observer.Observer is not (QConfigMapping.Placeholder or QConfigMapping.ReuseInput or QConfigMapping.Noop or "Recording");

    private static ElementType TypeOf(ObserverSpec? observer) => observer?.Type ?? ElementType.Float32;

    private static ElementType Plain(DTypeWithConstraints? type) => type?.Type ?? ElementType.Float32;

    private static string Ranges(bool isDynamic) => isDynamic ? "the ranges of each run (dynamic)" : "fixed ranges (static)";
}
