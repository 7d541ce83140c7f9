namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The sizes of one attention, and where its heads lie.</summary>
internal sealed class AttentionShape
{
    private readonly bool _isFlat;

    /// <summary>Reads them off a call.</summary>
    /// <exception cref="QuantizationException">They do not fit together.</exception>
    public AttentionShape(StepCall call)
    {
        Shape q = call.InputShape(0), k = call.InputShape(1), v = call.InputShape(2);
        _isFlat = q.Rank == 3;
        Heads = _isFlat ? (int)call.Attributes.Int("q_num_heads") : q[1];
        KeyHeads = _isFlat ? (int)call.Attributes.Int("kv_num_heads") : k[1];
        (Batch, Queries, Keys) = (q[0], q[q.Rank - 2], k[k.Rank - 2]);
        (Size, ValueSize) = (q[q.Rank - 1] / (_isFlat ? Heads : 1), v[v.Rank - 1] / (_isFlat ? KeyHeads : 1));
        Past = call.HasInput(4) ? call.InputShape(4)[2] : 0;
        Shape keys = _isFlat ? new(Batch, Keys, KeyHeads * Size) : new(Batch, KeyHeads, Keys, Size), values = _isFlat ? new(Batch, Keys, KeyHeads * ValueSize) : new(Batch, KeyHeads, Keys, ValueSize);
        bool fits = k == keys && v == values && KeyHeads > 0 && Heads % KeyHeads == 0
            && (!call.HasInput(4) || (call.InputShape(4) == new Shape(Batch, KeyHeads, Past, Size) && call.InputShape(5) == new Shape(Batch, KeyHeads, Past, ValueSize)))
            && (!call.HasInput(6) || call.InputShape(6)[0] == Batch);
        if (!fits) { throw new QuantizationException($"{call.Node}: its query is {q}, its key {k} and its value {v}; expected one batch, a key for each value, and heads of one size that also the past has."); }
    }

    /// <summary>Rows of the batch.</summary>
    public int Batch { get; }

    /// <summary>Heads of the query.</summary>
    public int Heads { get; }

    /// <summary>Heads of keys and values.</summary>
    public int KeyHeads { get; }

    /// <summary>Positions of the query.</summary>
    public int Queries { get; }

    /// <summary>Positions of the keys, without the past.</summary>
    public int Keys { get; }

    /// <summary>Positions of the past.</summary>
    public int Past { get; }

    /// <summary>Positions of the keys, with the past.</summary>
    public int Total => Past + Keys;

    /// <summary>Elements of a query and a key.</summary>
    public int Size { get; }

    /// <summary>Elements of a value.</summary>
    public int ValueSize { get; }

    /// <summary>Copies one head's rows next to each other.</summary>
    public void Gather(ReadOnlySpan<float> x, Span<float> rows, int n, int head, int heads, int positions, int size)
    {
        for (int i = 0; i < positions; i++) { x.Slice(Place(n, head, heads, positions, i) * size, size).CopyTo(rows[(i * size)..]); }
    }

    /// <summary>Copies one head's results to their places.</summary>
    public void Scatter(ReadOnlySpan<float> rows, Span<float> y, int n, int head)
    {
        for (int i = 0; i < Queries; i++) { rows.Slice(i * ValueSize, ValueSize).CopyTo(y[(Place(n, head, Heads, Queries, i) * ValueSize)..]); }
    }

    private int Place(int n, int head, int heads, int positions, int i) => _isFlat ? (n * positions + i) * heads + head : (n * heads + head) * positions + i;
}
