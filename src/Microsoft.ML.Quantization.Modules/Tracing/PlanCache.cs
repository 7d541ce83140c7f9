using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// The bound graphs of one module: for each computation and kind of input one, which packs the parameters once. Safe to share between threads; a module whose
/// parameters change starts a new one.
/// </summary>
internal sealed class PlanCache
{
    // Each holds packed parameters, and a module that looks at sizes has one for every size.
    private const int Kept = 8;

    private readonly ConcurrentDictionary<string, Lazy<ExecutionPlan>> _plans = new(StringComparer.Ordinal);

    /// <summary>The plan for a computation on inputs of these facts, bound when it is asked for the first time.</summary>
    public ExecutionPlan Get(string form, ImmutableArray<TensorFact> inputs, Func<NodeWriter, ImmutableArray<string>, ImmutableArray<string>> write)
    {
        string key = $"{form} {string.Join(' ', inputs)}";
        if (_plans.TryGetValue(key, out Lazy<ExecutionPlan>? found)) { return found.Value; }
        if (_plans.Count >= Kept) { _plans.Clear(); }
        return _plans.GetOrAdd(key, _ => new(() => Bind(inputs, write))).Value;
    }

    /// <summary>Writes a computation as a graph of its own and binds it.</summary>
    public static ExecutionPlan Bind(ImmutableArray<TensorFact> inputs, Func<NodeWriter, ImmutableArray<string>, ImmutableArray<string>> write)
    {
        var trace = new Trace("module", Module.DefaultOpset, root: null);
        ImmutableArray<string> names = [.. inputs.Select((fact, i) => trace.Input($"x{i}", fact))];
        var writer = new NodeWriter(trace);
        foreach (string output in write(writer, names)) { trace.Output(output); }
        return ExecutionPlan.Bind(trace.Build());
    }
}
