using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Observers;

/// <summary>Takes the named statistics out of a state and refuses what does not fit.</summary>
internal sealed class ObserverStateReader
{
    private readonly ObserverState _state;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>Starts to read the state of one observer.</summary>
    /// <exception cref="QuantizationException">The state is of another observer or a newer version.</exception>
    public ObserverStateReader(ObserverState state, string observer, int newestVersion)
    {
        _state = state;
        if (state.Observer != observer) { throw new QuantizationException($"Found the state of observer {state.Observer}; expected that of {observer}. Use the configuration the state was saved with."); }
        if (state.Version < 1 || state.Version > newestVersion)
        {
            throw new QuantizationException($"Found version {state.Version} of the state of {observer}; this build reads versions 1 to {newestVersion}. Use a newer build.");
        }
        if (state.Count < 0) { throw Damaged($"a count of {state.Count}"); }
    }

    /// <summary>Float32 numbers.</summary>
    public float[] Floats(string name, int? count = null) => Array.ConvertAll(Doubles(name, count), d => (float)d);

    /// <summary>Numbers.</summary>
    public double[] Doubles(string name, int? count = null)
    {
        _read.Add(name);
        if (!_state.Values.TryGetValue(name, out ImmutableArray<double> values)) { throw Damaged($"no '{name}'"); }
        return count is null || values.Length == count ? [.. values] : throw Damaged($"{values.Length} numbers in '{name}' instead of {count}");
    }

    /// <summary>One integer.</summary>
    public long Integer(string name)
    {
        double value = Doubles(name, 1)[0];
        return Math.Abs(value) < 1L << 53 && value == Math.Floor(value) ? (long)value : throw Damaged($"'{name}' is {value}, not an integer");
    }

    /// <summary>Refuses statistics nobody asked for: they belong to another observer or were misspelled.</summary>
    public void CheckAllRead()
    {
        foreach (string name in _state.Values.Keys)
        {
            if (!_read.Contains(name)) { throw Damaged($"an unknown '{name}'"); }
        }
    }

    /// <summary>The refusal.</summary>
    public QuantizationException Damaged(string finding) =>
        new($"The state of observer {_state.Observer} is damaged: found {finding}. Save it again from the observer.");
}
