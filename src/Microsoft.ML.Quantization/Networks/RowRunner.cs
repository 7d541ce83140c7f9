using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization;

/// <summary>
/// The rows one cursor scores together: filled row by row, run once, read row by row. The rows are run in chunks, side by side where there are
/// threads; a chunk is small enough for the caches of one processor. One caller at a time.
/// </summary>
/// <param name="columns">What to run.</param>
/// <param name="batchSize">Most rows that are scored together.</param>
/// <param name="threads">Threads to spread the chunks over, the caller's included.</param>
internal sealed class RowRunner(ScoreColumns columns, int batchSize, int threads) : IDisposable
{
    /// <summary>Rows of one call of the network.</summary>
    public const int ChunkRows = 8;

    private readonly RowNetwork _network = columns.Network;
    private readonly byte[][] _inputs = [.. columns.Inputs.Select(_ => Array.Empty<byte>())];
    private readonly byte[][] _outputs = [.. columns.Outputs.Select(_ => Array.Empty<byte>())];
    private readonly ImmutableArray<Shape>[] _shapes = new ImmutableArray<Shape>[ChunkRows + 1];
    private readonly RunContext?[] _contexts = new RunContext?[Math.Max(1, threads)];
    private WorkerPool? _workers;
    private int _rows;
    private int _rowsInChunk;

    // Asked often, and binds the network the first time.
    private int RowsInChunk => _rowsInChunk > 0 ? _rowsInChunk : _rowsInChunk = _network.OneRow ? 1 : Math.Min(ChunkRows, batchSize);

    /// <summary>Makes room for so many rows.</summary>
    public void Reserve(int rows)
    {
        for (int i = 0; i < _inputs.Length; i++) { Grow(ref _inputs[i], rows, _network.Inputs[i]); }
        for (int i = 0; i < _outputs.Length; i++) { Grow(ref _outputs[i], rows, columns.Outputs[i].Value); }
        int most = Math.Min(threads, Chunks(rows));
        // Enough for the threads that will run whole chunks, so that none has to be made in the middle of a pass.
        for (int i = 0; i < most && rows >= RowsInChunk; i++) { _contexts[i] ??= _network.Plan.Rent(ShapesOf(RowsInChunk)); }
        if (most > 1 && (_workers is null || _workers.Threads < most))
        {
            _workers?.Dispose();
            _workers = new(most);
        }
    }

    /// <summary>The bytes of one row of an input, to be written.</summary>
    public Span<byte> Input(int input, int row) => _inputs[input].AsSpan(row * _network.Inputs[input].Bytes, _network.Inputs[input].Bytes);

    /// <summary>Scores the first <paramref name="rows"/> rows.</summary>
    /// <exception cref="QuantizationException">The network did not give one result for each row.</exception>
    public void Run(int rows)
    {
        _rows = rows;
        int chunks = Chunks(rows);
        if (_workers is { } workers && chunks > 1)
        {
            workers.Run(new Chunk(this), chunks);
            return;
        }
        for (int chunk = 0; chunk < chunks; chunk++) { RunChunk(chunk); }
    }

    /// <summary>One row of an appended column, valid until the next run.</summary>
    public ReadOnlySpan<T> Output<T>(int column, int row) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(_outputs[column].AsSpan(row * columns.Outputs[column].Value.Bytes, columns.Outputs[column].Value.Bytes));

    /// <summary>Ends the threads and gives the buffers back to the plan.</summary>
    public void Dispose()
    {
        _workers?.Dispose();
        for (int i = 0; i < _contexts.Length; i++) { Interlocked.Exchange(ref _contexts[i], null)?.Dispose(); }
    }

    private int Chunks(int rows) => (rows + RowsInChunk - 1) / RowsInChunk;

    private void RunChunk(int chunk)
    {
        int first = chunk * RowsInChunk, rows = Math.Min(RowsInChunk, _rows - first);
        RunContext context = Take(rows);
        try
        {
            Run(context, first, rows);
        }
        finally
        {
            Give(context, rows);
        }
    }

    private void Run(RunContext context, int first, int rows)
    {
        for (int i = 0; i < _inputs.Length; i++)
        {
            RowValue value = _network.Inputs[i];
            _inputs[i].AsSpan(first * value.Bytes, rows * value.Bytes).CopyTo(ContextBytes.Input(context, i, value.Type));
        }
        context.Run();
        for (int i = 0; i < _outputs.Length; i++)
        {
            (int output, RowValue value) = (columns.Outputs[i].Output, columns.Outputs[i].Value);
            Shape shape = context.OutputShapes[output];
            if (shape.Rank == 0 || shape[0] != rows || shape.Length != rows * value.Length) { throw Errors.OutputRows(value.Name, shape, rows); }
            ContextBytes.Output(context, output, value.Type).CopyTo(_outputs[i].AsSpan(first * value.Bytes));
        }
    }

    private RunContext Take(int rows)
    {
        for (int i = 0; i < _contexts.Length && rows == RowsInChunk; i++)
        {
            if (Interlocked.Exchange(ref _contexts[i], null) is { } context) { return context; }
        }
        return _network.Plan.Rent(ShapesOf(rows));
    }

    private void Give(RunContext context, int rows)
    {
        for (int i = 0; i < _contexts.Length && rows == RowsInChunk; i++)
        {
            if (Interlocked.CompareExchange(ref _contexts[i], context, null) is null) { return; }
        }
        context.Dispose();
    }

    // Two chunks may write the same value at once, which is harmless.
    private ImmutableArray<Shape> ShapesOf(int rows)
    {
        if (_shapes[rows].IsDefault) { _shapes[rows] = [.. _network.Inputs.Select(input => input.ShapeOf(rows))]; }
        return _shapes[rows];
    }

    private static void Grow(ref byte[] buffer, int rows, RowValue value)
    {
        long bytes = (long)rows * value.Bytes;
        if (bytes > Array.MaxLength) { throw Errors.BatchTooLarge(value.Name, rows, bytes); }
        if (buffer.Length < bytes) { Array.Resize(ref buffer, (int)bytes); }
    }

    private readonly struct Chunk(RowRunner runner) : IChunkedWork
    {
        public void Run(int chunk) => runner.RunChunk(chunk);
    }
}
