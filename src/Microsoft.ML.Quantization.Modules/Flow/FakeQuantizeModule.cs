using Microsoft.ML.Quantization.FakeQuantization;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>A fake-quantizer as a module: floats pass it rounded to what codes can express. Several threads may run it.</summary>
public sealed class FakeQuantizeModule : Module
{
    private Lock _lock = new();

    /// <param name="spec">Which fake-quantizer, and its settings.</param>
    /// <exception cref="QuantizationException">There is no such fake-quantizer, or its settings do not fit.</exception>
    public FakeQuantizeModule(FakeQuantizeSpec spec) => FakeQuantize = spec.Create();

    /// <inheritdoc/>
    public override string TypeName => $"torch.ao.quantization.fake_quantize.{FakeQuantize.Spec.FakeQuantize}";

    /// <summary>The fake-quantizer.</summary>
    public IFakeQuantize FakeQuantize { get; private set; }

    /// <inheritdoc/>
    protected override Value Compute(Value value)
    {
        if (value.Plain is not { Type: ElementType.Float32 } tensor) { return value; }
        var result = new Tensor(ElementType.Float32, tensor.Shape);
        lock (_lock) { FakeQuantize.Forward(tensor.AsSpan<float>(), tensor.Shape, result.AsSpan<float>(), new bool[tensor.Length]); }
        return result;
    }

    /// <inheritdoc/>
    protected override void OnCloned()
    {
        ObserverState state = FakeQuantize.Save();
        (_lock, FakeQuantize) = (new(), FakeQuantize.Spec.Create());
        FakeQuantize.Load(state);
    }

    internal override IEnumerable<KeyValuePair<string, StateEntry>> SaveState() => ObserverEntries.Save(FakeQuantize.Save());

    internal override void LoadState(IReadOnlyDictionary<string, StateEntry> entries) => FakeQuantize.Load(ObserverEntries.Load(FakeQuantize.Save().Observer, entries));
}
