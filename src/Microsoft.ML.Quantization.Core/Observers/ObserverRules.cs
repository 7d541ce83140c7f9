using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>What every built-in observer demands of its settings, and what follows from them.</summary>
/// <remarks>Source: the constructors of torch.ao.quantization.observer.</remarks>
internal static class ObserverRules
{
    /// <summary>Checks the settings and gives the codes in use.</summary>
    /// <param name="spec">The settings.</param>
    /// <param name="perChannel">Whether the observer has a range for each channel.</param>
    /// <exception cref="QuantizationException">The settings contradict each other or the observer.</exception>
    public static QuantizedRange Check(ObserverSpec spec, bool perChannel)
    {
        if (!spec.Type.IsQuantized()) { throw new QuantizationException($"Observer {spec.Observer} was given the dtype {spec.Type.Name()}; expected quint8, qint8, qint32 or quint4x2."); }
        if (spec.Scheme.IsPerChannel() != perChannel)
        {
            throw new QuantizationException($"Observer {spec.Observer} was given the scheme {spec.Scheme.Name()}; expected a {(perChannel ? "per_channel" : "per_tensor")} scheme, or use {(perChannel ? "MinMax" : "PerChannelMinMax")}.");
        }
        if (spec.Scheme.IsSymmetric() && spec.Type == ElementType.QUInt8 && spec.ReduceRange)
        {
            throw new QuantizationException($"Observer {spec.Observer} was given {spec.Scheme.Name()}, quint8 and reduce_range together, which has no defined middle code; use qint8, or an affine scheme, or no reduced range.");
        }
        if (!(spec.Eps > 0f) || !float.IsFinite(spec.Eps)) { throw new QuantizationException($"Observer {spec.Observer} was given eps={spec.Eps}; expected a finite number above 0."); }
        if (!(spec.AveragingConstant > 0f) || spec.AveragingConstant > 1f) { throw new QuantizationException($"Observer {spec.Observer} was given averaging_constant={spec.AveragingConstant}; expected a number above 0 and up to 1."); }
        if (spec.Bins < 2) { throw new QuantizationException($"Observer {spec.Observer} was given bins={spec.Bins}; expected 2 or more."); }
        return spec.Range;
    }

    /// <summary>Scale 1 and zero point 0 without an axis: what PyTorch proposes when nothing was observed.</summary>
    public static QuantizationParameters Unobserved(ObserverSpec spec) => new(1f, 0, spec.Type, spec.Range);

    /// <summary>Checks that two observers can be merged.</summary>
    /// <exception cref="QuantizationException">They differ in kind or settings.</exception>
    public static T Mergeable<T>(T first, IObserver later) where T : class, IObserver
    {
        if (ReferenceEquals(first, later)) { throw new QuantizationException($"An observer {first.Spec.Observer} was merged with itself; expected another observer, one for each shard."); }
        return later is T other && other.Spec == first.Spec
            ? other
            : throw new QuantizationException($"Cannot merge {later.Spec} into {first.Spec}; expected the same observer with the same settings.");
    }
}
