using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// The contexts of a plan that nobody uses at the moment. A lock and stacks, because a context refers to its plan: in a store with a part for
/// each thread, as <see cref="System.Collections.Concurrent.ConcurrentBag{T}"/> has, a plan would be kept by every thread that ever ran it.
/// </summary>
internal sealed class ContextStore
{
    private const int Most = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<ShapeKey, Stack<RunContext>> _free = [];
    private int _count;

    /// <summary>Takes a context for inputs of these shapes.</summary>
    public bool TryTake(ImmutableArray<Shape> inputShapes, [NotNullWhen(true)] out RunContext? context)
    {
        lock (_gate)
        {
            context = null;
            if (!_free.TryGetValue(new(inputShapes), out Stack<RunContext>? stack) || !stack.TryPop(out context)) { return false; }
            _count--;
            return true;
        }
    }

    /// <summary>Puts a context back.</summary>
    public void Return(RunContext context)
    {
        lock (_gate)
        {
            // Full of shapes that may never come again: start over, so that those in use now are kept.
            if (_count == Most)
            {
                _free.Clear();
                _count = 0;
            }
            ShapeKey key = new(context.InputShapes);
            if (!_free.TryGetValue(key, out Stack<RunContext>? stack)) { _free.Add(key, stack = []); }
            stack.Push(context);
            _count++;
        }
    }
}
