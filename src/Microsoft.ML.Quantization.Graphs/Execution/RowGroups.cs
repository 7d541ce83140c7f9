using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// Runs the rows of a call in groups, each from the first step to the last on one thread: values between steps stay in that processor's cache, and no thread
/// waits for another before all groups are taken. Only for plans with <see cref="ExecutionPlan.SplitsRows"/>. One caller at a time.
/// </summary>
internal sealed class RowGroups
{
    private readonly WorkerPool? _workers;
    private readonly int _rows;
    private readonly int _groupRows;
    private readonly int _count;
    private readonly (Memory<byte> Memory, int RowBytes)[] _edges;
    private readonly Slot[] _slots; // for a whole group; one for each thread
    private readonly Slot? _rest; // for a last group of fewer rows

    /// <param name="plan">The plan.</param>
    /// <param name="inputShapes">Shapes of the call.</param>
    /// <param name="groupRows">Rows of one group; fewer than those of the call.</param>
    /// <param name="map">Buffers of the call.</param>
    /// <param name="edges">Memory of its inputs and outputs.</param>
    public RowGroups(ExecutionPlan plan, ImmutableArray<Shape> inputShapes, int groupRows, BufferMap map, Dictionary<string, Memory<byte>> edges)
    {
        (_workers, _rows, _groupRows) = (plan.Workers, inputShapes[0][0], groupRows);
        _count = (_rows + groupRows - 1) / groupRows;
        _edges = [.. map.Edges.Select(edge => (edges[edge], (int)(map.Bytes(edge) / _rows)))];
        int last = _rows - (_count - 1) * groupRows, whole = last < groupRows ? _count - 1 : _count;
        _rest = last < groupRows ? new(Sequence(plan, inputShapes, last)) : null;
        _slots = [.. Enumerable.Range(0, Math.Min(whole, _workers?.Threads ?? 1)).Select(_ => new Slot(Sequence(plan, inputShapes, groupRows)))];
    }

    /// <summary>Rows of one group.</summary>
    public int GroupRows => _groupRows;

    /// <summary>The steps of one whole group.</summary>
    public StepSequence Steps => _slots[0].Steps;

    /// <summary>Runs all groups.</summary>
    public void Run()
    {
        if (_workers is not null)
        {
            _workers.Run(new Group(this), _count);
            return;
        }
        for (int group = 0; group < _count; group++) { RunGroup(group); }
    }

    private static StepSequence Sequence(ExecutionPlan plan, ImmutableArray<Shape> inputShapes, int rows)
    {
        var map = new BufferMap(plan, plan.Facts([.. inputShapes.Select(shape => new Shape([rows, .. shape.Sizes.Skip(1)]))]));
        return new(plan, map, map.Allocate(), workers: null);
    }

    private void RunGroup(int group)
    {
        Slot slot = _rest is not null && group == _count - 1 ? _rest : Take();
        try
        {
            int first = group * _groupRows, rows = Math.Min(_groupRows, _rows - first);
            for (int i = 0; i < _edges.Length; i++)
            {
                (Memory<byte> memory, int rowBytes) = _edges[i];
                slot.Steps.Bind(i, memory.Slice(first * rowBytes, rows * rowBytes + Engine.ReadSlack));
            }
            slot.Steps.Run();
        }
        finally
        {
            slot.Give();
        }
    }

    // As many as threads, and a thread holds one at a time: there is always one. A thread takes its last one again, whose buffers its processor's cache still holds.
    private Slot Take()
    {
        int thread = Environment.CurrentManagedThreadId;
        foreach (Slot slot in _slots)
        {
            if (slot.Thread == thread && slot.TryTake()) { return slot; }
        }
        while (true)
        {
            foreach (Slot slot in _slots)
            {
                if (!slot.TryTake()) { continue; }
                slot.Thread = thread;
                return slot;
            }
        }
    }

    /// <summary>Steps that one thread at a time may use.</summary>
    private sealed class Slot(StepSequence steps)
    {
        private int _taken;

        public StepSequence Steps => steps;

        /// <summary>The thread that used it last.</summary>
        public int Thread { get; set; }

        public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

        public void Give() => Volatile.Write(ref _taken, 0);
    }

    private readonly struct Group(RowGroups groups) : IChunkedWork
    {
        public void Run(int chunk) => groups.RunGroup(chunk);
    }
}
