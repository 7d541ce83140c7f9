using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Prints what a second thread gives: runs of one plan with one thread and of another with two, turn by turn.</summary>
internal static class ThreadsCommand
{
    public const string Usage = "usage: threads MODEL [BATCH]";

    private const int WrongUsage = 2, UsualBatch = 16;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        int batch = UsualBatch;
        if (arguments.IsEmpty || arguments.Length > 1 && (!int.TryParse(arguments[1], out batch) || batch < 1))
        {
            Console.Error.WriteLine(Usage);
            return WrongUsage;
        }
        string name = arguments[0];
        foreach (ModelEntry entry in ModelSource.All(null, new(Console.Error)).Where(entry => entry.Name.Contains(name, StringComparison.Ordinal)))
        {
            ModelSource model = entry.Load();
            Measure(model.Name, "float", FusionPipeline.Run(model.Graph).Graph, model.Batch(batch));
            Measure(model.Name, "int8", ModelQuantizer.QuantizeStatic(model.Graph, [model.Rows]).Graph, model.Batch(batch));
        }
        return 0;
    }

    private static void Measure(string name, string precision, Graph graph, ImmutableArray<Tensor> inputs)
    {
        using ExecutionPlan alone = ExecutionPlan.Bind(graph), shared = ExecutionPlan.Bind(graph, new() { Threads = 2 });
        using RunContext one = ModelPeer.Fill(alone, inputs), two = ModelPeer.Fill(shared, inputs);
        double[][] rounds = Rounds.Run(quick: true, ofThread: false, () => one.Run(), () => two.Run());
        double first = Rounds.Median(rounds.Select(static round => round[0])), second = Rounds.Median(rounds.Select(static round => round[1]));
        Console.WriteLine($"{name,-18} {precision,-5} {inputs[0].Shape[0],3}  one {first,10:F4} ms  two {second,10:F4} ms {two.GroupRows,3} rows together  {Rounds.Median(rounds.Select(static round => round[0] / round[1])),5:F2}");
    }
}
