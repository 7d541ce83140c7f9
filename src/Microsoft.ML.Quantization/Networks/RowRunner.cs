using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>The rows one cursor scores together: filled row by row, run once, read row by row. One thread at a time.</summary>
internal sealed class RowRunner(RowNetwork network) : IDisposable
{
    private readonly float[][] _inputs = [.. network.Inputs.Select(_ => Array.Empty<float>())];
    private RunContext? _context;
    private int _contextRows;

    /// <summary>Makes room for so many rows.</summary>
    public void Reserve(int rows)
    {
        for (int i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i].Length < rows * network.Inputs[i].Length) { Array.Resize(ref _inputs[i], rows * network.Inputs[i].Length); }
        }
    }

    /// <summary>One row of an input, to be written.</summary>
    public Span<float> Input(int input, int row) => _inputs[input].AsSpan(row * network.Inputs[input].Length, network.Inputs[input].Length);

    /// <summary>Scores the first <paramref name="rows"/> rows.</summary>
    public void Run(int rows)
    {
        if (_context is null || _contextRows != rows) { Rent(rows); }
        for (int i = 0; i < _inputs.Length; i++) { _inputs[i].AsSpan(0, rows * network.Inputs[i].Length).CopyTo(_context!.Input<float>(i)); }
        _context!.Run();
    }

    /// <summary>One row of an output, valid until the next run.</summary>
    /// <exception cref="QuantizationException">The network did not give one result for each row.</exception>
    public ReadOnlySpan<float> Output(int output, int row)
    {
        Shape shape = _context!.OutputShapes[output];
        if (shape.Rank == 0 || shape[0] != _contextRows) { throw Errors.OutputRows(network.Graph.Outputs[output].Name, shape, _contextRows); }
        int length = shape.Length / _contextRows;
        return _context.Output<float>(output).Slice(row * length, length);
    }

    /// <summary>Gives the buffers back to the plan.</summary>
    public void Dispose()
    {
        _context?.Dispose();
        _context = null;
    }

    private void Rent(int rows)
    {
        Dispose();
        ImmutableArray<Shape> shapes = [.. network.Inputs.Select(input => input.ShapeOf(rows))];
        _context = network.Plan.Rent(shapes);
        _contextRows = rows;
    }
}
