using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Compares recurrent networks: float against float, 8-bit weights against what ONNX Runtime makes of the same file and of the float file, whichever is faster.</summary>
internal static class RecurrentPeer
{
    private static readonly (string Operator, int Layers, int Features, int Hidden)[] s_networks = [("LSTM", 1, 32, 64), ("LSTM", 2, 256, 256), ("GRU", 1, 32, 64), ("GRU", 2, 256, 256), ("RNN", 1, 64, 128)];

    public static IEnumerable<PeerRow> Measure(PeersOptions options, string folder, PeerLog log)
    {
        using var pinned = new PinnedThread();
        foreach ((string op, int layers, int features, int hidden) in s_networks)
        {
            string name = $"{op.ToLowerInvariant()}_{layers}x{hidden}";
            if (!name.Contains(options.Filter, StringComparison.Ordinal)) { continue; }
            Graph graph = Build(op, layers, features, hidden), quantized = new DynamicRecurrent(QConfigs.Dynamic).Run(graph).Graph;
            foreach (int batch in new[] { 1, 16 })
            {
                foreach (PeerRow row in log.Try($"{name} at batch {batch}", () => Measure(name, graph, quantized, features, batch, options.Quick, folder)) ?? []) { yield return row; }
            }
        }
    }

    private static PeerRow[] Measure(string name, Graph graph, Graph quantized, int features, int batch, bool quick, string folder)
    {
        var x = new Tensor(ElementType.Float32, new Shape(32, batch, features));
        Fill(x, new Random(3), 1f);
        using ExecutionPlan integerPlan = ExecutionPlan.Bind(quantized), floatPlan = ExecutionPlan.Bind(graph);
        using RunContext integers = integerPlan.Rent(x.Shape), floats = floatPlan.Rent(x.Shape);
        x.AsSpan<float>().CopyTo(integers.Input<float>(0));
        x.AsSpan<float>().CopyTo(floats.Input<float>(0));
        string optimized = Path.Combine(folder, "optimized.onnx");
        using var integerSession = new OnnxRuntimeSession(Bytes(quantized), 1, optimized);
        using var floatSession = new OnnxRuntimeSession(Bytes(graph), 1, optimized);
        ImmutableArray<Tensor> outputs = [.. floats.OutputShapes.Select(shape => new Tensor(ElementType.Float32, shape))];
        using OnnxRuntimeCall integerCall = integerSession.Prepare([x], outputs), floatCall = floatSession.Prepare([x], outputs);
        double[][] rounds = Rounds.Run(quick, true, () => integers.Run(), () => floats.Run(), integerCall.Run, floatCall.Run);
        double[] middle = [.. Enumerable.Range(0, 4).Select(candidate => Rounds.Median(rounds.Select(round => round[candidate])))];
        int best = middle[2] <= middle[3] ? 2 : 3;
        string engine = integerPlan.Engine.Name;
        return
        [
            new(name, "recurrent", "int8", batch, 1, middle[0], middle[best], Rounds.Median(rounds.Select(round => round[best] / round[0])), null, best == 2 ? "int8" : "float", 0, engine, null),
            new(name, "recurrent", "float", batch, 1, middle[1], middle[3], Rounds.Median(rounds.Select(static round => round[3] / round[1])), null, "float", 0, engine, null),
        ];
    }

    private static byte[] Bytes(Graph graph)
    {
        using var stream = new MemoryStream();
        OnnxExporter.Save(graph, stream);
        return stream.ToArray();
    }

    private static Graph Build(string op, int layers, int features, int hidden)
    {
        var builder = new GraphBuilder(op, 14);
        var random = new Random(5);
        int gates = op switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        string value = builder.AddInput("x", new TensorFact(ElementType.Float32, [Dimension.Named("time"), Dimension.Named("batch"), features]));
        string axes = builder.AddConstant("axes", Tensor.Create(1L));
        for (int layer = 0; layer < layers; layer++)
        {
            string[] weights = [Constant($"w{layer}", 1, gates * hidden, layer == 0 ? features : hidden), Constant($"r{layer}", 1, gates * hidden, hidden), Constant($"b{layer}", 1, 2 * gates * hidden)];
            NodeAttributes attributes = NodeAttributes.Empty.With("hidden_size", hidden);
            builder.Add(new Node($"layer{layer}", op, [value, .. weights], [$"y{layer}"], op == "GRU" ? attributes.With("linear_before_reset", 1) : attributes));
            value = builder.Add($"squeeze{layer}", "Squeeze", [$"y{layer}", axes]);
        }
        builder.AddOutput(value);
        return builder.Build();

        string Constant(string name, params int[] sizes)
        {
            var tensor = new Tensor(ElementType.Float32, new Shape(sizes));
            Fill(tensor, random, 1f / MathF.Sqrt(hidden));
            return builder.AddConstant(name, tensor);
        }
    }

    private static void Fill(Tensor tensor, Random random, float bound)
    {
        foreach (ref float value in tensor.AsSpan<float>()) { value = (random.NextSingle() * 2f - 1f) * bound; }
    }
}
