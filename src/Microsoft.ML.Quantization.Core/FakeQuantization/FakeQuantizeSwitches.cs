namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>Switches for all fake-quantizers of a model: PyTorch's <c>model.apply(torch.ao.quantization.disable_observer)</c>.</summary>
public static class FakeQuantizeSwitches
{
    /// <summary><c>enable_observer</c>: batches change scale and zero point again.</summary>
    public static void EnableObservers(this IEnumerable<IFakeQuantize> all)
    {
        foreach (IFakeQuantize one in all) { one.ObserverEnabled = true; }
    }

    /// <summary><c>disable_observer</c>: scale and zero point stay as they are, as the last epochs of training want it.</summary>
    public static void DisableObservers(this IEnumerable<IFakeQuantize> all)
    {
        foreach (IFakeQuantize one in all) { one.ObserverEnabled = false; }
    }

    /// <summary><c>enable_fake_quant</c>.</summary>
    public static void EnableFakeQuant(this IEnumerable<IFakeQuantize> all)
    {
        foreach (IFakeQuantize one in all) { one.FakeQuantEnabled = true; }
    }

    /// <summary><c>disable_fake_quant</c>: values pass as they are.</summary>
    public static void DisableFakeQuant(this IEnumerable<IFakeQuantize> all)
    {
        foreach (IFakeQuantize one in all) { one.FakeQuantEnabled = false; }
    }
}
