using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Rows of floats times packed weights, plus a bias: the product inside of a recurrent cell.</summary>
internal abstract class GateProduct
{
    /// <summary>Whether <see cref="Run"/> quantizes its rows and so needs their range.</summary>
    public abstract bool NeedsRange { get; }

    /// <summary>Bytes of scratch memory for so many rows.</summary>
    public abstract int ScratchBytes(int rows);

    /// <summary>Multiplies.</summary>
    /// <param name="x">[rows, depth] floats as bytes, followed by <see cref="Engine.ReadSlack"/> readable bytes.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="range">The range of the rows where it is needed.</param>
    /// <param name="y">[rows, outputs].</param>
    /// <param name="scratch">Scratch memory.</param>
    /// <param name="workers">Threads, or null.</param>
    public abstract void Run(ReadOnlySpan<byte> x, int rows, DynamicRange range, Span<float> y, Span<byte> scratch, WorkerPool? workers);
}

/// <summary>In float: k ascending from +0 by fused multiply-add, then the bias.</summary>
internal sealed class FloatGateProduct : GateProduct
{
    private readonly BoundConvolution _bound;
    private readonly ConvolutionTables _tables;

    /// <param name="engine">The engine to pack for.</param>
    /// <param name="weights">[outputs, depth].</param>
    /// <param name="depth">Length of a row.</param>
    /// <param name="bias">One number for each output.</param>
    public FloatGateProduct(Engine engine, ReadOnlySpan<float> weights, int depth, float[] bias)
    {
        _bound = engine.Bind(new FloatConvolutionSpec { Window = ConvolutionWindow.None, InputChannels = depth, OutputChannels = bias.Length, Weights = weights.ToArray(), Bias = bias });
        _tables = _bound.Plan([], []);
    }

    public override bool NeedsRange => false;

    public override int ScratchBytes(int rows) => 0;

    public override void Run(ReadOnlySpan<byte> x, int rows, DynamicRange range, Span<float> y, Span<byte> scratch, WorkerPool? workers) =>
        _bound.Run(_tables, rows, x, MemoryMarshal.AsBytes(y), workers);
}

/// <summary>In 8 bits, the rows quantized as they come.</summary>
internal sealed class DynamicGateProduct(DynamicProduct product) : GateProduct
{
    public override bool NeedsRange => true;

    public override int ScratchBytes(int rows) => product.ScratchBytes(rows);

    public override void Run(ReadOnlySpan<byte> x, int rows, DynamicRange range, Span<float> y, Span<byte> scratch, WorkerPool? workers) =>
        product.Run(MemoryMarshal.Cast<byte, float>(x[..(rows * product.Depth * sizeof(float))]), rows, range, y, scratch, workers);
}
