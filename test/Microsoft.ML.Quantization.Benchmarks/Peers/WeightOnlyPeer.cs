using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>
/// Products with weights in codes, against our own product with the same weights as floats, and against ONNX Runtime: 8 bits as DequantizeLinear and MatMul, 4 bits in
/// blocks of 32 as com.microsoft MatMulNBits with float arithmetic.
/// </summary>
internal static class WeightOnlyPeer
{
    private const int Block = 32, PerByte = 2;

    private static readonly string[] s_shapes = ["1x256x256", "1x512x512", "1x1024x1024", "1x1024x4096", "1x4096x4096", "2x1024x4096", "4x1024x4096", "8x1024x4096", "16x1024x4096", "64x1024x4096", "16x256x256", "64x512x512"];

    public static IEnumerable<PeerRow> Measure(PeersOptions options, string folder, PeerLog log)
    {
        foreach (string shape in s_shapes)
        {
            int[] sizes = [.. shape.Split('x').Select(int.Parse)];
            foreach ((string suffix, int bits, bool zeroPoints) in new[] { ("_w8", 8, false), ("_w8z", 8, true), ("_w4", 4, false), ("_w4z", 4, true) })
            {
                string name = shape + suffix;
                if (!name.Contains(options.Filter, StringComparison.Ordinal)) { continue; }
                foreach (PeerRow row in log.Try(name, () => Measure(name, Spec(sizes[1], sizes[2], bits, zeroPoints), sizes[0], options.Quick, folder)) ?? []) { yield return row; }
            }
        }
    }

    private static PeerRow[] Measure(string name, WeightOnlySpec spec, int rows, bool quick, string folder)
    {
        Engine engine = EngineList.Default;
        var random = new Random(4);
        float[] x = new float[rows * spec.Depth];
        foreach (ref float value in x.AsSpan()) { value = random.NextSingle() - 0.5f; }
        FloatProduct codes = new(engine.Bind(spec), x, rows, spec.Outputs), floats = new(engine.Bind(Unfold(spec)), x, rows, spec.Outputs);
        var input = Tensor.Create<float>(x, new Shape(rows, spec.Depth));
        using var session = new OnnxRuntimeSession(spec.Bits == 8 ? ByteFile(spec, input) : NibbleFile(spec, input), 1, Path.Combine(folder, "optimized.onnx"));
        using OnnxRuntimeCall call = session.Prepare([input], [new Tensor(ElementType.Float32, new Shape(rows, spec.Outputs))]);

        double[][] rounds = Rounds.Run(quick, true, codes.Run, floats.Run, call.Run);
        if (!codes.Output.SequenceEqual(floats.Output)) { throw new InvalidOperationException($"{name}: products of codes and of floats differ."); }
        double[] middle = [.. Enumerable.Range(0, 3).Select(candidate => Rounds.Median(rounds.Select(round => round[candidate])))];
        string precision = spec.Bits == 8 ? "int8" : "int4";
        return
        [
            new(name, "weightonly", precision, rows, 1, middle[0], middle[2], Rounds.Median(rounds.Select(static round => round[2] / round[0])), null, spec.Bits == 8 ? "DequantizeLinear, MatMul" : "MatMulNBits", 0, engine.Name, null),
            new(name, "wo/float", precision, rows, 1, middle[0], middle[1], Rounds.Median(rounds.Select(static round => round[1] / round[0])), null, "our own float", 0, engine.Name, null),
        ];
    }

    private static WeightOnlySpec Spec(int depth, int outputs, int bits, bool zeroPoints)
    {
        var random = new Random(20);
        int block = bits == 8 ? depth : Block;
        byte[] codes = new byte[depth * outputs], zeros = new byte[zeroPoints ? outputs * (depth / block) : 0];
        random.NextBytes(codes);
        random.NextBytes(zeros);
        if (bits == 4)
        {
            foreach (ref byte code in codes.AsSpan()) { code &= 15; }
            foreach (ref byte zero in zeros.AsSpan()) { zero &= 15; }
        }
        float[] scales = [.. Enumerable.Range(0, outputs * (depth / block)).Select(_ => 0.001f + 0.01f * random.NextSingle())];
        return new() { Depth = depth, Outputs = outputs, Bits = bits, BlockSize = block, Codes = codes, Scales = scales, ZeroPoints = zeros };
    }

    private static FloatConvolutionSpec Unfold(WeightOnlySpec spec)
    {
        float[] weights = new float[spec.Codes.Length];
        ReadOnlySpan<byte> codes = spec.Codes.Span, zeros = spec.ZeroPoints.Span;
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (codes[i] - (zeros.IsEmpty ? 1 << (spec.Bits - 1) : zeros[i / spec.BlockSize])) * spec.Scales.Span[i / spec.BlockSize];
        }
        return new() { Window = ConvolutionWindow.None, InputChannels = spec.Depth, OutputChannels = spec.Outputs, Weights = weights };
    }

    private static byte[] ByteFile(WeightOnlySpec spec, Tensor input)
    {
        var builder = new GraphBuilder("bytes", 13);
        string x = builder.AddInput("x", new(ElementType.Float32, input.Shape));
        string w = builder.Add("weights", "DequantizeLinear", [
            builder.AddConstant("w", new Tensor(ElementType.UInt8, new Shape(spec.Depth, spec.Outputs), WeightOrder.FromScattering(spec.Codes.Span, spec.Depth, spec.Outputs, 1, 1))),
            builder.AddConstant("s", Tensor.Create(spec.Scales.Span, new Shape(spec.Scales.Length))),
            builder.AddConstant("z", new Tensor(ElementType.UInt8, new Shape(spec.Outputs), spec.ZeroPoints.IsEmpty ? [.. Enumerable.Repeat((byte)128, spec.Outputs)] : spec.ZeroPoints.ToArray())),
        ], NodeAttributes.Empty.With("axis", 1L));
        builder.AddOutput(builder.Add("product", "MatMul", [x, w]));
        return RuntimeOperator.File(builder);
    }

    private static byte[] NibbleFile(WeightOnlySpec spec, Tensor input)
    {
        var builder = new GraphBuilder("nibbles", 13);
        string x = builder.AddInput("x", new(ElementType.Float32, input.Shape));
        int blocks = spec.Depth / Block;
        string[] inputs = [x,
            builder.AddConstant("w", new Tensor(ElementType.UInt8, new Shape(spec.Outputs, blocks, Block / PerByte), Pairs(spec.Codes.Span, spec.Codes.Length))),
            builder.AddConstant("s", Tensor.Create(spec.Scales.Span, new Shape(spec.Scales.Length)))];
        if (!spec.ZeroPoints.IsEmpty) { inputs = [.. inputs, builder.AddConstant("z", new Tensor(ElementType.UInt8, new Shape(spec.Outputs * blocks / PerByte), Pairs(spec.ZeroPoints.Span, spec.ZeroPoints.Length)))]; }
        builder.AddOutput(builder.Add("product", "MatMulNBits", [.. inputs], NodeAttributes.Empty
            .With("K", (long)spec.Depth).With("N", (long)spec.Outputs).With("bits", 4L).With("block_size", (long)Block), RuntimeOperator.Domain));
        return RuntimeOperator.File(builder);
    }

    private static byte[] Pairs(ReadOnlySpan<byte> codes, int length)
    {
        byte[] pairs = new byte[length / PerByte];
        for (int i = 0; i < pairs.Length; i++) { pairs[i] = (byte)(codes[2 * i] | codes[2 * i + 1] << 4); }
        return pairs;
    }
}
