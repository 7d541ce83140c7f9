using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Compares one whole model: ours in integers and in float, ONNX Runtime on the file we export and on the float file.</summary>
internal static class ModelPeer
{
    /// <summary>The rows of one model; what fails or cannot be is told to <paramref name="log"/>.</summary>
    public static IEnumerable<PeerRow> Measure(ModelEntry entry, bool quick, string folder, PeerLog log)
    {
        if (log.Try(entry.Name, () => Prepare(entry.Load())) is not { } prepared) { yield break; }
        foreach (int batch in new[] { 1, 16 })
        {
            if (prepared.Model.Graph.Inputs.FirstOrDefault(input => input.Fact.Rank == 0 || input.Fact.Dimensions[0].Size is { } size && size != batch) is { } strict)
            {
                log.LeaveOut($"{entry.Name} at batch {batch}", $"input '{strict.Name}' is {strict.Fact}");
                continue;
            }
            foreach (int threads in new[] { 1, 2 })
            {
                foreach (PeerRow row in log.Try($"{entry.Name} at batch {batch} with {threads} threads", () => Measure(prepared.Model, prepared.Quantized, prepared.Fused, prepared.File, batch, threads, quick, folder)) ?? [])
                {
                    yield return row;
                }
            }
        }
    }

    private static Prepared Prepare(ModelSource model)
    {
        Graph quantized = ModelQuantizer.QuantizeStatic(model.Graph, [model.Rows]).Graph;
        using var stream = new MemoryStream();
        OnnxExporter.Save(quantized, stream);
        return new(model, quantized, FusionPipeline.Run(model.Graph).Graph, stream.ToArray());
    }

    private static PeerRow[] Measure(ModelSource model, Graph quantized, Graph fused, byte[] file, int batch, int threads, bool quick, string folder)
    {
        using PinnedThread? pinned = threads == 1 ? new() : null;
        ImmutableArray<Tensor> inputs = model.Batch(batch);
        var options = new ExecutionOptions { Threads = threads };
        using ExecutionPlan integerPlan = ExecutionPlan.Bind(quantized, options), floatPlan = ExecutionPlan.Bind(fused, options);
        using RunContext integers = Fill(integerPlan, inputs), floats = Fill(floatPlan, inputs);
        string optimized = Path.Combine(folder, "optimized.onnx");
        using var integerSession = new OnnxRuntimeSession(file, threads, optimized);
        int fusedNodes = IntegerNodes.Count(optimized);
        using var floatSession = new OnnxRuntimeSession(model.File, threads, optimized);
        ImmutableArray<Tensor> outputs = [.. quantized.Outputs.Zip(integers.OutputShapes, static (output, shape) => new Tensor(output.Fact.Type, shape))];
        using OnnxRuntimeCall integerCall = integerSession.Prepare(inputs, outputs), floatCall = floatSession.Prepare(inputs, outputs);

        double[][] rounds = Rounds.Run(quick, threads == 1, () => integers.Run(), () => floats.Run(), integerCall.Run, floatCall.Run);
        double[] middle = [.. Enumerable.Range(0, 4).Select(candidate => Rounds.Median(rounds.Select(round => round[candidate])))];
        bool integersWin = middle[2] <= middle[3];
        int best = integersWin ? 2 : 3;
        string engine = integerPlan.Engine.Name;
        return
        [
            new(model.Name, "model", "int8", batch, threads, middle[0], middle[best], Rounds.Median(rounds.Select(round => round[best] / round[0])), null, integersWin ? "int8" : "float", fusedNodes, engine, null),
            new(model.Name, "model", "float", batch, threads, middle[1], middle[3], Rounds.Median(rounds.Select(static round => round[3] / round[1])), null, "float", 0, engine, null),
        ];
    }

    /// <summary>A context with these inputs.</summary>
    public static RunContext Fill(ExecutionPlan plan, ImmutableArray<Tensor> inputs)
    {
        RunContext context = plan.Rent([.. inputs.Select(static input => input.Shape)]);
        for (int i = 0; i < inputs.Length; i++)
        {
            switch (inputs[i].Type)
            {
                case ElementType.Float32: inputs[i].AsSpan<float>().CopyTo(context.Input<float>(i)); break;
                case ElementType.Int64: inputs[i].AsSpan<long>().CopyTo(context.Input<long>(i)); break;
                case ElementType.Int32: inputs[i].AsSpan<int>().CopyTo(context.Input<int>(i)); break;
                default: throw new QuantizationException($"Input {i} is {inputs[i].Type}; expected float32, int32 or int64.");
            }
        }
        return context;
    }

    private sealed record Prepared(ModelSource Model, Graph Quantized, Graph Fused, byte[] File);
}
