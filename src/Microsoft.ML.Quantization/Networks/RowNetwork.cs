using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>
/// A graph as a data pipeline sees it: rows in, rows out. Bound to an engine when first used, so that a network which is
/// only described costs nothing. Safe to share between threads.
/// </summary>
internal sealed class RowNetwork(Graph graph, RowExecution execution) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly bool _takesOneRow = graph.Inputs.Any(input => RowValue.From("input", input).OneRow);
    private ExecutionPlan? _plan;

    /// <summary>The graph.</summary>
    public Graph Graph => graph;

    /// <summary>How rows are scored.</summary>
    public RowExecution Execution => execution;

    /// <summary>The inputs, in the graph's order.</summary>
    public ImmutableArray<RowValue> Inputs { get; } = [.. graph.Inputs.Select(input => RowValue.From("input", input))];

    /// <summary>
    /// Whether the network takes exactly one row at a time: its file says so, or it chooses ranges while it runs in a way that cannot be done for each row of
    /// a call (<see cref="ExecutionPlan.RowsAreApart"/>): a row's result must not depend on its neighbours.
    /// </summary>
    public bool OneRow => _takesOneRow || (graph.ChoosesRanges && !Plan.RowsAreApart);

    /// <summary>Whether it has been bound: it has run, or was asked how it would.</summary>
    public bool IsBound => _plan is not null;

    /// <summary>The bound graph.</summary>
    public ExecutionPlan Plan
    {
        get
        {
            lock (_gate) { return _plan ??= ExecutionPlan.Bind(graph, execution.ToPlan()); }
        }
    }

    /// <summary>One output.</summary>
    /// <exception cref="QuantizationException">It cannot be a column.</exception>
    public RowValue Output(int index) => RowValue.From("output", graph.Outputs[index]);

    /// <summary>Ends the plan's threads. A later use binds again, because ML.NET's <c>PredictionEngine</c> disposes transformers it does not own alone.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _plan?.Dispose();
            _plan = null;
        }
    }
}
