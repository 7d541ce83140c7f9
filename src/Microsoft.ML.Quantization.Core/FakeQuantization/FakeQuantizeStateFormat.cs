using System.Collections.Immutable;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>The state of a fake-quantizer and that of its observer as one, with PyTorch's keys.</summary>
internal static class FakeQuantizeStateFormat
{
    public const int Version = 1;

    private const string Prefix = "activation_post_process.", VersionKey = "activation_post_process_version";

    /// <summary>Adds switches and the observer to what the fake-quantizer wrote.</summary>
    public static ObserverState Write(ObserverStateWriter writer, IFakeQuantize fakeQuantize)
    {
        ObserverState observer = fakeQuantize.Observer.Save();
        writer.Add("fake_quant_enabled", fakeQuantize.FakeQuantEnabled ? 1 : 0);
        writer.Add("observer_enabled", fakeQuantize.ObserverEnabled ? 1 : 0);
        writer.Add(VersionKey, observer.Version);
        foreach ((string name, ImmutableArray<double> values) in observer.Values) { writer.Add(Prefix + name, values.AsSpan()); }
        return writer.ToState(fakeQuantize.Spec.FakeQuantize, Version, observer.Count);
    }

    /// <summary>Takes a state apart: a reader of the fake-quantizer's own entries, and the state of its observer.</summary>
    /// <exception cref="QuantizationException">The state is of another fake-quantizer, another version or damaged.</exception>
    public static (ObserverStateReader Own, ObserverState Observer) Read(ObserverState state, IFakeQuantize fakeQuantize)
    {
        var own = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<double>>(StringComparer.Ordinal);
        var inner = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<double>>(StringComparer.Ordinal);
        foreach ((string name, ImmutableArray<double> values) in state.Values)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)) { inner.Add(name[Prefix.Length..], values); }
            else { own.Add(name, values); }
        }
        var reader = new ObserverStateReader(state with { Values = own.ToImmutable() }, fakeQuantize.Spec.FakeQuantize, Version);
        int version = (int)Math.Clamp(reader.Integer(VersionKey), int.MinValue, int.MaxValue);
        return (reader, new(fakeQuantize.Observer.Spec.Observer, version, state.Count, inner.ToImmutable()));
    }

    /// <summary>A switch.</summary>
    public static bool Flag(ObserverStateReader reader, string name) => reader.Integer(name) switch
    {
        0 => false,
        1 => true,
        var other => throw reader.Damaged($"'{name}' is {other}, not 0 or 1"),
    };

    /// <summary>The axis of the channels; null when there are none.</summary>
    public static int? Axis(ObserverStateReader reader) => reader.Doubles("axis") switch
    {
        [] => null,
        [>= 0 and <= int.MaxValue and var axis] when axis == Math.Floor(axis) => (int)axis,
        _ => throw reader.Damaged("an axis that cannot be"),
    };
}
