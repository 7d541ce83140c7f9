using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Measures what <see cref="SpeedTable"/> holds: nanoseconds of each kind of work in integers and in float, beside the table's own numbers.</summary>
internal static class SpeedCommand
{
    public const string Usage = "usage: speed [--json OUT.json]";

    private const int WrongUsage = 2;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length is not 0 && (arguments.Length != 2 || arguments[0] != "--json"))
        {
            Console.Error.WriteLine(Usage);
            return WrongUsage;
        }
        using var pinned = new PinnedThread();
        var rows = new List<SpeedMeasure>();
        Console.WriteLine($"{"work",-20} {"unit",-16} {"int8 ns",9} {"table",9} {"float ns",9} {"table",9}");
        foreach (SpeedProbe probe in SpeedProbe.All())
        {
            SpeedMeasure row = Measure(probe);
            rows.Add(row);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Work,-20} {row.Unit,-16} {row.Int8,9:F4} {row.TableInt8,9:F4} {row.Float,9:F4} {row.TableFloat,9:F4}"));
        }
        if (arguments.Length == 2) { File.WriteAllText(arguments[1], JsonSerializer.Serialize(rows, SpeedJson.Default.ListSpeedMeasure) + "\n"); }
        return 0;
    }

    private static SpeedMeasure Measure(SpeedProbe probe)
    {
        Graph quantized = ModelQuantizer.QuantizeStatic(probe.Graph, [probe.Rows]).Graph;
        using ExecutionPlan integers = ExecutionPlan.Bind(quantized), floats = ExecutionPlan.Bind(probe.Graph, new() { KeepsValues = true });
        return new(probe.Work, probe.Unit, Time(integers, probe) / probe.Units, probe.Table.Int8, Time(floats, probe) / probe.Units, probe.Table.Float);
    }

    /// <summary>Nanoseconds of the steps that the probe asks for.</summary>
    private static double Time(ExecutionPlan plan, SpeedProbe probe)
    {
        using RunContext context = plan.Rent([.. probe.Rows.Select(static row => row.Shape)]);
        for (int i = 0; i < probe.Rows.Length; i++) { probe.Rows[i].AsSpan<float>().CopyTo(context.Input<float>(i)); }
        context.Run();
        (Step Step, StepCall Call, PlanCall Source)[] steps = [.. context.Steps.Where(step => step.Source.Step is not LayoutStep && probe.Counts(step.Source.Node.Operator))];
        if (steps.Length == 0) { return 0; }
        double[][] rounds = Rounds.Run(quick: true, ofThread: true, () =>
        {
            foreach ((Step step, StepCall call, _) in steps) { step.Run(call); }
        });
        return Rounds.Median(rounds.Select(static round => round[0])) * 1e6;
    }
}
