using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Compares one kernel. Both sides read and write memory that begins at a cache line, as a plan's buffers do.</summary>
internal static unsafe class KernelPeer
{
    public static PeerRow Measure(KernelShape shape, PeakLoop? peak, bool quick, string folder)
    {
        var data = new KernelData(shape);
        Engine engine = EngineList.Default;
        BoundConvolution bound = engine.Bind(data.Spec(shape));
        ConvolutionTables tables = shape.IsConvolution ? bound.Plan([shape.Size, shape.Size], [shape.OutputSize, shape.OutputSize]) : bound.Plan([], []);
        int inputBytes = data.Input.Length, outputBytes = shape.OutputPixels * shape.Outputs;
        PinnedMemory input = new(inputBytes + Engine.ReadSlack), output = new(outputBytes);
        data.Input.CopyTo(new Span<byte>(input.Pointer, inputBytes));
        int batch = shape.IsConvolution ? 1 : shape.Rows;

        string optimized = Path.Combine(folder, "optimized.onnx");
        using var session = new OnnxRuntimeSession(KernelGraph.Build(shape, data), 1, optimized);
        using OnnxRuntimeCall call = session.Prepare(
            [new Tensor(ElementType.UInt8, KernelGraph.InputShape(shape), data.Input)], [new Tensor(ElementType.UInt8, KernelGraph.OutputShape(shape))]);

        void Ours() => bound.Run(tables, batch, new(input.Pointer, inputBytes), new(output.Pointer, outputBytes), null);
        double[][] rounds = peak is null ? Rounds.Run(quick, true, Ours, call.Run) : Rounds.Run(quick, true, Ours, call.Run, peak.Run);
        double ours = Rounds.Median(rounds.Select(static round => round[0]));
        double? share = peak is null ? null : Rounds.Median(rounds.Select(round => shape.Operations / round[0] / (PeakLoop.Operations / round[2])));
        return new(shape.Name, shape.Kind, "int8", 1, 1, ours, Rounds.Median(rounds.Select(static round => round[1])), Rounds.Median(rounds.Select(static round => round[1] / round[0])),
            share, "int8", IntegerNodes.Count(optimized), engine.Name, Differing(new(output.Pointer, outputBytes), call.Output(0).Bytes));
    }

    private static double Differing(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int differing = 0;
        for (int i = 0; i < a.Length; i++) { differing += a[i] != b[i] ? 1 : 0; }
        return (double)differing / a.Length;
    }
}
