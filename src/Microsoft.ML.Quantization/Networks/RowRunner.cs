using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>The rows one cursor scores together: filled row by row, run once, read row by row. One thread at a time.</summary>
internal sealed class RowRunner(RowNetwork network) : IDisposable
{
    private readonly byte[][] _inputs = [.. network.Inputs.Select(_ => Array.Empty<byte>())];
    private RunContext? _context;
    private int _contextRows;

    /// <summary>Makes room for so many rows.</summary>
    public void Reserve(int rows)
    {
        for (int i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i].Length < rows * network.Inputs[i].Bytes) { Array.Resize(ref _inputs[i], rows * network.Inputs[i].Bytes); }
        }
    }

    /// <summary>The bytes of one row of an input, to be written.</summary>
    public Span<byte> Input(int input, int row) => _inputs[input].AsSpan(row * network.Inputs[input].Bytes, network.Inputs[input].Bytes);

    /// <summary>Scores the first <paramref name="rows"/> rows.</summary>
    public void Run(int rows)
    {
        if (_context is null || _contextRows != rows) { Rent(rows); }
        for (int i = 0; i < _inputs.Length; i++) { _inputs[i].AsSpan(0, rows * network.Inputs[i].Bytes).CopyTo(ContextInput(i)); }
        _context!.Run();
    }

    /// <summary>One row of an output, valid until the next run.</summary>
    /// <exception cref="QuantizationException">The network did not give one result for each row.</exception>
    public ReadOnlySpan<T> Output<T>(int output, int row) where T : unmanaged
    {
        Shape shape = _context!.OutputShapes[output];
        if (shape.Rank == 0 || shape[0] != _contextRows) { throw Errors.OutputRows(network.Graph.Outputs[output].Name, shape, _contextRows); }
        int length = shape.Length / _contextRows;
        return _context.Output<T>(output).Slice(row * length, length);
    }

    /// <summary>Gives the buffers back to the plan.</summary>
    public void Dispose()
    {
        _context?.Dispose();
        _context = null;
    }

    private Span<byte> ContextInput(int input) => network.Inputs[input].Type switch
    {
        ElementType.Float32 => Bytes<float>(input),
        ElementType.Float64 => Bytes<double>(input),
        ElementType.Int64 => Bytes<long>(input),
        ElementType.Int32 => Bytes<int>(input),
        ElementType.Int16 => Bytes<short>(input),
        ElementType.Int8 => Bytes<sbyte>(input),
        ElementType.UInt64 => Bytes<ulong>(input),
        ElementType.UInt32 => Bytes<uint>(input),
        ElementType.UInt16 => Bytes<ushort>(input),
        ElementType.UInt8 => Bytes<byte>(input),
        _ => Bytes<bool>(input),
    };

    private Span<byte> Bytes<T>(int input) where T : unmanaged => MemoryMarshal.AsBytes(_context!.Input<T>(input));

    private void Rent(int rows)
    {
        Dispose();
        ImmutableArray<Shape> shapes = [.. network.Inputs.Select(input => input.ShapeOf(rows))];
        _context = network.Plan.Rent(shapes);
        _contextRows = rows;
    }
}
