using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Products of rows that are quantized as they come, with one range for the call and with one for each row, against com.microsoft DynamicQuantizeMatMul.</summary>
internal static class DynamicPeer
{
    private static readonly string[] s_shapes = ["1x1024x1024", "1x768x3072", "16x768x768", "16x1024x1024", "64x1024x1024", "128x768x3072"];

    public static IEnumerable<PeerRow> Measure(PeersOptions options, string folder, PeerLog log)
    {
        foreach (string shape in s_shapes)
        {
            int[] sizes = [.. shape.Split('x').Select(int.Parse)];
            foreach (bool perRow in new[] { false, true })
            {
                string name = shape + (perRow ? "_rows" : "_dyn");
                if (!name.Contains(options.Filter, StringComparison.Ordinal) || (perRow && sizes[0] == 1)) { continue; }
                if (log.Try(name, () => Measure(name, sizes[0], sizes[1], sizes[2], perRow, options.Quick, folder)) is { } row) { yield return row; }
            }
        }
    }

    private static PeerRow Measure(string name, int rows, int depth, int outputs, bool perRow, bool quick, string folder)
    {
        var random = new Random(8);
        float[] x = new float[rows * depth], y = new float[rows * outputs], bias = [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle())];
        foreach (ref float value in x.AsSpan()) { value = random.NextSingle() * 4f - 1f; }
        short[] weights = new short[outputs * depth];
        foreach (ref short weight in weights.AsSpan()) { weight = (short)random.Next(-127, 128); }
        float[] scales = [.. Enumerable.Range(0, outputs).Select(_ => 0.001f + 0.01f * random.NextSingle())];
        var product = new DynamicProduct(EngineList.Default, weights, depth, scales, bias);
        byte[] scratch = GC.AllocateArray<byte>(product.ScratchBytes(rows), pinned: true);

        var builder = new GraphBuilder("dynamic", 13);
        string input = builder.AddInput("x", new(ElementType.Float32, new Shape(rows, depth)));
        var codes = new Tensor(ElementType.Int8, new Shape(depth, outputs));
        for (int i = 0; i < weights.Length; i++) { codes.AsSpan<sbyte>()[i % depth * outputs + i / depth] = (sbyte)weights[i]; }
        builder.AddOutput(builder.Add("product", "DynamicQuantizeMatMul", [
            input, builder.AddConstant("w", codes), builder.AddConstant("s", Tensor.Create<float>(scales)), builder.AddConstant("z", new Tensor(ElementType.Int8, new Shape(outputs))), builder.AddConstant("b", Tensor.Create<float>(bias)),
        ], domain: RuntimeOperator.Domain));
        using var session = new OnnxRuntimeSession(RuntimeOperator.File(builder), 1, Path.Combine(folder, "optimized.onnx"));
        using OnnxRuntimeCall call = session.Prepare([Tensor.Create<float>(x, new Shape(rows, depth))], [new Tensor(ElementType.Float32, new Shape(rows, outputs))]);

        void Ours()
        {
            if (perRow) { product.RunEach(x, rows, rows, y, scratch, null); } else { product.Run(x, rows, DynamicRange.Of(x), y, scratch, null); }
        }
        double[][] rounds = Rounds.Run(quick, true, Ours, call.Run);
        return new(name, "dynamic", "int8", rows, 1, Rounds.Median(rounds.Select(static round => round[0])), Rounds.Median(rounds.Select(static round => round[1])),
            Rounds.Median(rounds.Select(static round => round[1] / round[0])), null, "DynamicQuantizeMatMul", 1, EngineList.Default.Name, null);
    }
}
