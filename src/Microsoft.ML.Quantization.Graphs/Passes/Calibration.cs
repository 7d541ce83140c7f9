using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// The observers of a prepared graph and what they have seen. Run the float graph on sample rows and hand over each value in
/// <see cref="Values"/>; then <see cref="Converter"/> reads the parameters. Not safe for use by several threads at once: give each its own
/// and merge them in order.
/// </summary>
public sealed class Calibration
{
    private static readonly ObserverSpec s_usual = new() { Observer = "MinMax" };

    private readonly FrozenDictionary<string, IObserver> _observerOf;

    /// <summary>Observers that have seen nothing.</summary>
    /// <param name="prepared">Says what is observed.</param>
    /// <param name="observers">The observers that specs may name; the built-in ones when left out.</param>
    /// <exception cref="QuantizationException">A spec names no observer, or its settings contradict each other.</exception>
    public Calibration(PreparedGraph prepared, ObserverList? observers = null)
    {
        (Prepared, ObserverNames) = (prepared, observers ?? ObserverList.BuiltIn);
        Groups = [.. prepared.Groups.Where(group => group.Fixed is null && group.Values.Any(IsObserved))];
        Observers = Groups.ToImmutableDictionary(group => group.Name, group => ObserverNames.Create(group.Spec), StringComparer.Ordinal);
        _observerOf = Groups.SelectMany(group => group.Values.Where(IsObserved).Select(value => (value, observer: Observers[group.Name])))
            .ToFrozenDictionary(pair => pair.value, pair => pair.observer, StringComparer.Ordinal);
        Values = _observerOf.Keys.ToFrozenSet(StringComparer.Ordinal);
        Fingerprint = FingerprintOf(prepared.Groups);

        bool IsObserved(string value) => prepared.Graph.Constant(value) is null;
    }

    /// <summary>The decision these observers belong to.</summary>
    public PreparedGraph Prepared { get; }

    /// <summary>The values to observe: all that have an observer and are not constants.</summary>
    public IReadOnlySet<string> Values { get; }

    /// <summary>The observer of each of <see cref="Values"/> (PyTorch <c>get_observer_dict</c>). Values that share parameters share an observer.</summary>
    public IReadOnlyDictionary<string, IObserver> ObserversByValue => _observerOf;

    /// <summary>Rows of data seen, as told by <see cref="AddRows"/>.</summary>
    public long Rows { get; private set; }

    /// <summary>Names the groups and their observers; states of another model have another one.</summary>
    public string Fingerprint { get; }

    internal ImmutableArray<ObserverGroup> Groups { get; }

    internal ImmutableDictionary<string, IObserver> Observers { get; }

    internal ObserverList ObserverNames { get; }

    /// <summary>Counts rows of data that have been run.</summary>
    public void AddRows(long rows) => Rows += rows >= 0 ? rows : throw new QuantizationException($"Found {rows} rows; expected 0 or more.");

    /// <summary>Takes in one batch of a value.</summary>
    /// <param name="value">Its name; one of <see cref="Values"/>.</param>
    /// <param name="values">The elements, row-major in <paramref name="shape"/>.</param>
    /// <param name="shape">Axis sizes.</param>
    /// <exception cref="QuantizationException">The value is not observed, or an element is NaN, or infinite where the observer keeps extremes.</exception>
    public void Observe(string value, ReadOnlySpan<float> values, Shape shape)
    {
        if (!_observerOf.TryGetValue(value, out IObserver? observer))
        {
            throw new QuantizationException($"Value '{value}' of graph '{Prepared.Graph.Name}' has no observer; expected one of {nameof(Calibration)}.{nameof(Values)}.");
        }
        // Observers of a histogram leave infinities out and count them; a range never recovers from one.
        bool takesInfinity = observer is not RangeObserver;
        foreach (float element in values)
        {
            if (!float.IsFinite(element) && (float.IsNaN(element) || !takesInfinity)) { throw IsNotFinite(value, element); }
        }
        observer.Observe(values, shape);
    }

    /// <summary>The observer of a value.</summary>
    /// <exception cref="QuantizationException">The value is not observed.</exception>
    public IObserver ObserverOf(string value) => _observerOf.TryGetValue(value, out IObserver? observer)
        ? observer
        : throw new QuantizationException($"Value '{value}' of graph '{Prepared.Graph.Name}' has no observer; expected one of {nameof(Calibration)}.{nameof(Values)}.");

    /// <summary>Adds what another calibration of the same model saw on later rows.</summary>
    /// <exception cref="QuantizationException">It belongs to another model or another configuration, or is this one.</exception>
    public void Merge(Calibration later)
    {
        if (ReferenceEquals(later, this)) { throw new QuantizationException("A calibration was merged with itself; expected another one, one for each shard of the data."); }
        CheckFingerprint(later.Fingerprint);
        foreach (ObserverGroup group in Groups) { Observers[group.Name].Merge(later.Observers[group.Name]); }
        Rows += later.Rows;
    }

    internal void CheckFingerprint(string found)
    {
        if (found != Fingerprint)
        {
            throw new QuantizationException($"The calibration is of another model or another configuration: its fingerprint is {found}; expected {Fingerprint}. " +
                "Prepare the same model with the same configuration, or calibrate again.");
        }
    }

    private QuantizationException IsNotFinite(string value, float found)
    {
        string source = Prepared.Graph.Producer(value) is { } producer ? $"which {producer} computes" : "an input of the graph";
        return new(string.Create(CultureInfo.InvariantCulture, $"Value '{value}', {source}, is {found} in a calibration batch; expected finite numbers. ") +
            "Check the data for missing values, and the float model for a division by zero or an overflow, before calibrating.");
    }

    private static string FingerprintOf(ImmutableArray<ObserverGroup> groups)
    {
        var text = new StringBuilder();
        foreach (ObserverGroup group in groups)
        {
            text.Append(group.Name).Append('\n').Append(string.Join('\t', group.Values)).Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"{group.Spec.Observer} {group.Spec.Type} {group.Spec.Scheme} {group.Spec.QuantMin} {group.Spec.QuantMax} {group.Spec.ReduceRange} ");
            text.Append(CultureInfo.InvariantCulture, $"{group.Spec.Eps:R} {group.Spec.ChannelAxis} {group.Spec.AveragingConstant:R} {group.Spec.Bins}");
            // Only where they were chosen, so that calibrations saved before these counted can be loaded.
            if (group.Spec.Percentile != s_usual.Percentile || group.Spec.Cap != s_usual.Cap) { text.Append(CultureInfo.InvariantCulture, $" {group.Spec.Percentile:R} {group.Spec.Cap}"); }
            text.Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }
}
