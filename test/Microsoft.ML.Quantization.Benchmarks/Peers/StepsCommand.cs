using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Prints the time of every step of a model: the least over many whole runs, so that caches are as in a run.</summary>
internal static class StepsCommand
{
    public const string Usage = "usage: steps MODEL [int8|float] [BATCH] [--without-amx]";

    private const int WrongUsage = 2, TimesShort = 64;

    private const double ShortMilliseconds = 0.005;

    private static readonly TimeSpan s_budget = TimeSpan.FromSeconds(2);

    public static int Run(ReadOnlySpan<string> arguments)
    {
        string name = arguments.Length > 0 ? arguments[0] : "";
        int batch = 1;
        if (arguments.Length > 2 && (!int.TryParse(arguments[2], out batch) || batch < 1) || ModelSource.Named(name) is not { } model)
        {
            Console.Error.WriteLine(Usage);
            return WrongUsage;
        }
        bool integers = arguments.Length < 2 || arguments[1] == "int8";
        Graph graph = integers ? ModelQuantizer.QuantizeStatic(model.Graph, [model.Rows]).Graph : FusionPipeline.Run(model.Graph).Graph;
        ImmutableArray<Tensor> inputs = model.Batch(batch);
        using var pinned = new PinnedThread();
        using var plan = ExecutionPlan.Bind(graph);
        using RunContext context = ModelPeer.Fill(plan, inputs);
        double[] least = Measure(context);
        for (int i = 0; i < least.Length; i++)
        {
            (_, StepCall call, PlanCall source) = context.Steps[i];
            Console.WriteLine($"{Microseconds(least[i]),10:F2} us  {source.Step.GetType().Name,-20} {source.Node.Operator,-16} {call.Inputs.FirstOrDefault(static input => input is not null)?.Shape} -> {call.Outputs[0].Shape}");
        }
        Console.WriteLine($"{Microseconds(least.Sum()),10:F2} us  all");
        return 0;
    }

    private static double[] Measure(RunContext context)
    {
        double[] least = new double[context.Steps.Count];
        Array.Fill(least, double.MaxValue);
        long start = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < least.Length; i++)
            {
                (Step step, StepCall call, _) = context.Steps[i];
                double before = ThreadClock.Milliseconds;
                // Short steps are below the clock's resolution.
                int times = least[i] < ShortMilliseconds ? TimesShort : 1;
                for (int time = 0; time < times; time++) { step.Run(call); }
                least[i] = Math.Min(least[i], (ThreadClock.Milliseconds - before) / times);
            }
        }
        while (Stopwatch.GetElapsedTime(start) < s_budget);
        return least;
    }

    private static double Microseconds(double milliseconds) => milliseconds * 1e3;
}
