using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>What the first plan of a process takes: bound and run once on a quantized file, each time in a process of its own, on an engine that writes machine code and on one that does not.</summary>
internal static class FirstPlan
{
    /// <summary>The argument that makes this program such a process.</summary>
    public const string Command = "first";

    private const string Without = "AvxVnni", Model = "fashion_cnn";

    private const int Processes = 5, Failed = 1;

    /// <summary>The lines to print; none where no engine writes code.</summary>
    public static IEnumerable<string> Compare(string folder)
    {
        string emitting = EngineList.Supported[0].Name;
        if (emitting == Without || EngineList.Supported.All(static engine => engine.Name != Without) || ModelSource.Named(Model) is not { } model) { yield break; }
        string path = Path.Combine(folder, "first.onnx");
        // On the other engine, since this process measures on.
        Graph quantized = ModelQuantizer.QuantizeStatic(model.Graph, [model.Rows], new() { Engine = EngineList.Find(Without) }).Graph;
        using (FileStream file = File.Create(path)) { OnnxExporter.Save(quantized, file); }
        (double first, double second) = Measure(path, emitting);
        (double firstWithout, double secondWithout) = Measure(path, Without);
        yield return string.Create(CultureInfo.InvariantCulture,
            $"first plan of {Model} in int8: {first:F1} ms on {emitting} (a second one {second:F1}), {firstWithout:F1} ms on {Without} (a second one {secondWithout:F1}); emission adds {first - firstWithout:F1} ms");
    }

    /// <summary>Prints the milliseconds of a first and a second plan of a file on the engine that the environment names.</summary>
    public static int Run(string path)
    {
        Graph graph = OnnxImporter.Load(path);
        Shape shape = new([.. graph.Inputs[0].Fact.Dimensions.Select(static dimension => dimension.Size ?? 1)]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Once(graph, shape)} {Once(graph, shape)}"));
        return 0;
    }

    private static double Once(Graph graph, Shape shape)
    {
        long start = Stopwatch.GetTimestamp();
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        using RunContext context = plan.Rent(shape);
        context.Run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static (double First, double Second) Measure(string path, string engine)
    {
        double[][] times = [.. Enumerable.Range(0, Processes).Select(_ => Start(path, engine))];
        return (Rounds.Median(times.Select(static pair => pair[0])), Rounds.Median(times.Select(static pair => pair[1])));
    }

    private static double[] Start(string path, string engine)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Started as "dotnet program.dll", the process is the host.
        string program = Assembly.GetExecutingAssembly().Location;
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != Path.GetFileNameWithoutExtension(program)) { start.ArgumentList.Add(program); }
        start.ArgumentList.Add(Command);
        start.ArgumentList.Add(path);
        start.Environment[EngineList.ForceVariable] = engine;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) { throw new QuantizationException($"A process to measure a first plan ended with {process.ExitCode}; expected 0."); }
        return [.. output.Split(' ').Select(static text => double.Parse(text, CultureInfo.InvariantCulture))];
    }
}
