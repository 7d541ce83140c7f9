using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Parameters, buffers, quantized weights and the statistics of observers by path: <c>layer1.conv.weight</c>. PyTorch's <c>state_dict</c>. Where PyTorch packs a weight (<c>fc._packed_params._packed_params</c>) it is <c>fc.weight</c> and
/// <c>fc.bias</c> here.
/// </summary>
public sealed class StateDict
{
    /// <param name="entries">The entries; none empty.</param>
    /// <exception cref="QuantizationException">A name is given twice, or an entry is empty.</exception>
    public StateDict(IEnumerable<KeyValuePair<string, StateEntry>> entries)
    {
        var builder = ImmutableSortedDictionary.CreateBuilder<string, StateEntry>(StringComparer.Ordinal);
        foreach ((string name, StateEntry entry) in entries)
        {
            if (entry.IsEmpty) { throw new QuantizationException($"Entry '{name}' of a state is empty; expected a tensor or codes, or no entry."); }
            if (!builder.TryAdd(name, entry)) { throw new QuantizationException($"A state was given entry '{name}' twice; expected each name once."); }
        }
        Entries = builder.ToImmutable();
    }

    /// <summary>The entries, sorted by name.</summary>
    public ImmutableSortedDictionary<string, StateEntry> Entries { get; }

    /// <summary>An entry.</summary>
    /// <exception cref="QuantizationException">There is none of that name.</exception>
    public StateEntry this[string name] => Entries.GetValueOrDefault(name) ?? throw new QuantizationException($"A state has no entry '{name}'; it has {string.Join(", ", Entries.Keys)}.");

    /// <summary>The entries of observers only. PyTorch's <c>get_observer_state_dict</c>.</summary>
    public StateDict Observers() => new(Entries.Where(entry => IsObserver(entry.Key)));

    /// <summary>The state of a tree of modules.</summary>
    public static StateDict Of(Module model) => new(model.NamedModules().SelectMany(entry => entry.Module.SaveState().Where(state => !state.Value.IsEmpty)
        .Select(state => KeyValuePair.Create(Join(entry.Path, state.Key), state.Value))));

    /// <summary>Gives a tree of modules this state. The tree must be built, prepared or converted like the one that the state is from. PyTorch's <c>load_state_dict</c>.</summary>
    /// <param name="model">The tree, which is changed; when something does not fit, not at all.</param>
    /// <exception cref="QuantizationException">Entries are missing or left over, or have other types or shapes.</exception>
    public void LoadInto(Module model) => Load(model, model.NamedModules());

    /// <summary>Gives the observers of a tree the statistics of this state, and nothing else. PyTorch's <c>load_observer_state_dict</c>.</summary>
    /// <param name="model">The tree, which is changed.</param>
    /// <exception cref="QuantizationException">Entries are missing or left over, or are no statistics of that observer.</exception>
    public void LoadObserversInto(Module model) => Observers().Load(model, model.NamedModules().Where(entry => entry.Module is ObserverModule or FakeQuantizeModule));

    /// <summary>Writes a file in the format of safetensors, complete or not at all; see <see cref="StateFile"/>.</summary>
    /// <exception cref="QuantizationException">The file cannot be written.</exception>
    public void Save(string path) => StateFile.Save(this, path);

    /// <summary>Reads such a file.</summary>
    /// <exception cref="QuantizationException">It cannot be read, is damaged, or of a newer version.</exception>
    public static StateDict Load(string path) => StateFile.Load(path);

    private void Load(Module model, IEnumerable<(string Path, Module Module)> modules)
    {
        var left = new HashSet<string>(Entries.Keys, StringComparer.Ordinal);
        var missing = new List<string>();
        var loads = new List<(Module Module, Dictionary<string, StateEntry> State)>();
        foreach ((string path, Module module) in modules.ToArray())
        {
            var state = new Dictionary<string, StateEntry>(StringComparer.Ordinal);
            foreach ((string name, StateEntry present) in module.SaveState().Where(entry => !entry.Value.IsEmpty))
            {
                string full = Join(path, name);
                if (!Entries.TryGetValue(full, out StateEntry? entry))
                {
                    missing.Add(full);
                    continue;
                }
                left.Remove(full);
                if (!IsObserver(full)) { Check(full, present, entry); }
                state[name] = entry with { IsParameter = present.IsParameter };
            }
            loads.Add((module, state));
        }
        if (missing.Count > 0 || left.Count > 0)
        {
            throw new QuantizationException($"The state does not fit {model}: missing are {List(missing)}, left over {List(left)}. Build the tree as the one that was saved, and prepare or convert it first if that one was.");
        }
        // An observer refuses what is not its own; those before it are put back.
        var before = loads.Select(load => (load.Module, State: load.Module.SaveState().ToDictionary(entry => entry.Key, entry => entry.Value))).ToArray();
        try
        {
            foreach ((Module module, Dictionary<string, StateEntry> state) in loads) { module.LoadState(state); }
        }
        catch (QuantizationException)
        {
            foreach ((Module module, Dictionary<string, StateEntry> state) in before) { module.LoadState(state); }
            throw;
        }
    }

    private static void Check(string name, StateEntry present, StateEntry found)
    {
        if (present.ToString() != found.ToString()) { throw new QuantizationException($"Entry '{name}' of a state is {found}; expected {present}."); }
    }

    private static bool IsObserver(string name) => name.Split('.').Contains(Module.ActivationPostProcess);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string List(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Order(StringComparer.Ordinal).Take(10)) + (names.Count > 10 ? $" and {names.Count - 10} more" : "");
}
