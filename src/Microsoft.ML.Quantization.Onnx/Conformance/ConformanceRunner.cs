using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Onnx.Proto;

namespace Microsoft.ML.Quantization.Onnx;

/// <summary>
/// Runs folders of ONNX's backend tests: <c>model.onnx</c> beside <c>test_data_set_N/input_N.pb</c> and <c>output_N.pb</c>. Floats agree
/// within 1e-3 relative plus 1e-5 absolute; integers, shapes and types exactly.
/// </summary>
public static class ConformanceRunner
{
    private const string ModelName = "model.onnx";

    /// <summary>Runs every case below a folder.</summary>
    /// <param name="folder">A suite, or a folder of suites.</param>
    /// <param name="cancellation">Ends the run between two cases.</param>
    /// <exception cref="QuantizationException">There is no such folder, or no case in it.</exception>
    public static ConformanceReport Run(string folder, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(folder)) { throw new QuantizationException($"There is no folder '{folder}'; expected one with ONNX backend tests, each a folder with {ModelName} and test_data_set_0."); }
        string[] cases = [.. Directory.EnumerateFiles(folder, ModelName, SearchOption.AllDirectories)
            .Select(model => Path.GetDirectoryName(model)!)
            .Where(path => DataSets(path).Any())
            .Order(StringComparer.Ordinal)];
        if (cases.Length == 0) { throw new QuantizationException($"Folder '{folder}' holds no ONNX backend test; expected folders with {ModelName} and test_data_set_0."); }
        var results = ImmutableArray.CreateBuilder<ConformanceCase>(cases.Length);
        foreach (string path in cases)
        {
            cancellation.ThrowIfCancellationRequested();
            string name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            results.Add(RunCase(path, name == "." ? Path.GetFileName(Path.GetFullPath(path)) : name));
        }
        return new(results.MoveToImmutable());
    }

    /// <summary>Runs one case.</summary>
    private static ConformanceCase RunCase(string path, string name)
    {
        string op = "";
        ExecutionPlan plan;
        try
        {
            Graph graph = OnnxImporter.Load(Path.Combine(path, ModelName));
            op = graph.Nodes.FirstOrDefault()?.Operator ?? "Constant";
            plan = ExecutionPlan.Bind(graph);
        }
        catch (UnsupportedOperatorException refusal)
        {
            return new(name, refusal.Operator, ConformanceOutcome.Unsupported, refusal.Message);
        }
        catch (QuantizationException refusal)
        {
            return new(name, op.Length > 0 ? op : FirstOperator(path), ConformanceOutcome.Unsupported, refusal.Message);
        }
        using (plan)
        {
            foreach (string data in DataSets(path))
            {
                string? difference;
                try
                {
                    difference = Difference(plan, data);
                }
                catch (Exception problem) when (problem is not OutOfMemoryException)
                {
                    difference = $"{problem.GetType().Name}: {problem.Message}";
                }
                if (difference is not null) { return new(name, op, ConformanceOutcome.Failed, $"{Path.GetFileName(data)}: {difference}"); }
            }
        }
        return new(name, op, ConformanceOutcome.Passed, "");
    }

    private static string? Difference(ExecutionPlan plan, string data)
    {
        ImmutableArray<Tensor> inputs = Tensors(data, "input");
        ImmutableArray<Tensor> expected = Tensors(data, "output");
        ImmutableArray<Tensor> actual = plan.Run(inputs);
        if (expected.Length != actual.Length) { return $"{actual.Length} outputs; expected {expected.Length}"; }
        for (int i = 0; i < expected.Length; i++)
        {
            if (TensorComparison.Difference(actual[i], expected[i]) is { } difference) { return $"output {i} '{plan.Graph.Outputs[i].Name}': {difference}"; }
        }
        return null;
    }

    private static IEnumerable<string> DataSets(string path) => Directory.EnumerateDirectories(path, "test_data_set_*").Order(StringComparer.Ordinal);

    private static ImmutableArray<Tensor> Tensors(string data, string kind)
    {
        var tensors = ImmutableArray.CreateBuilder<Tensor>();
        for (int i = 0; ; i++)
        {
            string path = Path.Combine(data, $"{kind}_{i.ToString(CultureInfo.InvariantCulture)}.pb");
            if (!File.Exists(path)) { return tensors.ToImmutable(); }
            tensors.Add(TensorReader.Read(TensorProto.Parser.ParseFrom(File.ReadAllBytes(path)), $"File '{Path.GetFileName(path)}'", new ExternalWeights(null)));
        }
    }

    // The importer refused the model; its first node says what it is about.
    private static string FirstOperator(string path)
    {
        try
        {
            return ModelReader.Read(Path.Combine(path, ModelName)).Graph?.Node.FirstOrDefault()?.OpType ?? "";
        }
        catch (QuantizationException)
        {
            return "";
        }
    }
}
