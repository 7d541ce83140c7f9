using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>A bound product of floats with its buffers, ready to be timed.</summary>
internal sealed class FloatProduct
{
    private readonly BoundConvolution _bound;
    private readonly ConvolutionTables _tables;
    private readonly byte[] _input;
    private readonly byte[] _output;
    private readonly int _rows;

    public FloatProduct(BoundConvolution bound, ReadOnlySpan<float> input, int rows, int outputs)
    {
        (_bound, _tables, _rows) = (bound, bound.Plan([], []), rows);
        _input = GC.AllocateArray<byte>(input.Length * sizeof(float) + Engine.ReadSlack, pinned: true);
        _output = GC.AllocateArray<byte>(rows * outputs * sizeof(float), pinned: true);
        MemoryMarshal.AsBytes(input).CopyTo(_input);
    }

    public ReadOnlySpan<byte> Output => _output;

    public void Run() => _bound.Run(_tables, _rows, _input.AsSpan(0, _input.Length - Engine.ReadSlack), _output, null);
}
