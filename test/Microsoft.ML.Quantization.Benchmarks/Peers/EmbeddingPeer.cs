using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Look-ups in a table of 8- or 4-bit rows, against ONNX Runtime on the same file and against our own look-up in the table of floats.</summary>
internal static class EmbeddingPeer
{
    private const int Rows = 50_000, Ids = 256;

    public static IEnumerable<PeerRow> Measure(PeersOptions options, string folder, PeerLog log)
    {
        foreach (int columns in new[] { 64, 256 })
        {
            foreach (int bits in new[] { 8, 4 })
            {
                string name = $"{Ids}of{Rows}x{columns}_e{bits}";
                if (!name.Contains(options.Filter, StringComparison.Ordinal)) { continue; }
                foreach (PeerRow row in log.Try(name, () => Measure(name, columns, bits, options.Quick, folder)) ?? []) { yield return row; }
            }
        }
    }

    private static PeerRow[] Measure(string name, int columns, int bits, bool quick, string folder)
    {
        var random = new Random(6);
        var table = new Tensor(ElementType.Float32, new Shape(Rows, columns));
        foreach (ref float value in table.AsSpan<float>()) { value = random.NextSingle() - 0.5f; }
        var ids = new Tensor(ElementType.Int64, new Shape(Ids));
        foreach (ref long id in ids.AsSpan<long>()) { id = random.Next(Rows); }
        var builder = new GraphBuilder("embedding", 13);
        builder.AddOutput(builder.Add("rows", "Gather", [builder.AddConstant("table", table), builder.AddInput("ids", new(ElementType.Int64, ids.Shape))]));
        Graph floats = builder.Build(), quantized = ModelQuantizer.QuantizeWeightOnly(floats, new() { Bits = bits, Symmetric = false }).Graph;
        using ExecutionPlan codePlan = ExecutionPlan.Bind(quantized), floatPlan = ExecutionPlan.Bind(floats);
        using RunContext codeRun = codePlan.Rent(ids.Shape), floatRun = floatPlan.Rent(ids.Shape);
        ids.AsSpan<long>().CopyTo(codeRun.Input<long>(0));
        ids.AsSpan<long>().CopyTo(floatRun.Input<long>(0));
        using var session = new OnnxRuntimeSession(RuntimeOperator.File(new GraphBuilder(quantized)), 1, Path.Combine(folder, "optimized.onnx"));
        using OnnxRuntimeCall call = session.Prepare([ids], [new Tensor(ElementType.Float32, new Shape(Ids, columns))]);

        double[][] rounds = Rounds.Run(quick, true, () => codeRun.Run(), () => floatRun.Run(), call.Run);
        double[] middle = [.. Enumerable.Range(0, 3).Select(candidate => Rounds.Median(rounds.Select(round => round[candidate])))];
        string precision = $"int{bits}", engine = codePlan.Engine.Name;
        return
        [
            new(name, "embedding", precision, Ids, 1, middle[0], middle[2], Rounds.Median(rounds.Select(static round => round[2] / round[0])), null, "the same file", 0, engine, null),
            new(name, "emb/float", precision, Ids, 1, middle[0], middle[1], Rounds.Median(rounds.Select(static round => round[1] / round[0])), null, "our own float", 0, engine, null),
        ];
    }
}
