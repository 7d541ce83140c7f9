using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Tests.Passes;

/// <summary>Small graphs for the specifications of passes: one input <c>x</c>, constants with reproducible values, named nodes.</summary>
internal sealed class Sketch
{
    private readonly GraphBuilder _builder = new("sketch", 13);
    private uint _state = 1;

    public Sketch(params int[] input) => _builder.AddInput("x", new TensorFact(ElementType.Float32, new Shape(input)));

    /// <summary>A node with one output that is called as the node.</summary>
    public Sketch Node(string name, string op, string inputs, params (string Name, object Value)[] attributes)
    {
        NodeAttributes all = attributes.Aggregate(NodeAttributes.Empty, (set, attribute) => set.With(attribute.Name, attribute.Value));
        _builder.Add(new Node(name, op, [.. inputs.Split(' ').Select(input => input == "-" ? "" : input)], [name], all));
        return this;
    }

    /// <summary>A constant of values between −1 and 1.</summary>
    public Sketch Random(string name, params int[] shape) => Constant(name, Values(new Shape(shape)));

    /// <summary>A constant of values between 0.5 and 1.5.</summary>
    public Sketch Positive(string name, params int[] shape)
    {
        Tensor tensor = Values(new Shape(shape));
        foreach (ref float value in tensor.AsSpan<float>()) { value = 1 + value / 2; }
        return Constant(name, tensor);
    }

    public Sketch Constant(string name, Tensor tensor)
    {
        _builder.AddConstant(name, tensor);
        return this;
    }

    public Sketch Input(string name, params int[] shape)
    {
        _builder.AddInput(name, new TensorFact(ElementType.Float32, new Shape(shape)));
        return this;
    }

    public Graph Outputs(params string[] names)
    {
        foreach (string name in names) { _builder.AddOutput(name); }
        return _builder.Build();
    }

    /// <summary>Values between −1 and 1 from a fixed sequence.</summary>
    public Tensor Values(Shape shape)
    {
        var tensor = new Tensor(ElementType.Float32, shape);
        foreach (ref float value in tensor.AsSpan<float>())
        {
            _state = _state * 1664525 + 1013904223;
            value = (_state >> 8) / (float)(1 << 23) - 1;
        }
        return tensor;
    }

    public static string Operators(Graph graph) => string.Join(' ', graph.Nodes.Select(node => node.Operator));

    /// <summary>The first output of a graph for reproducible inputs.</summary>
    public static float[] Run(Graph graph, float factor = 1)
    {
        ImmutableArray<Tensor> inputs = Inputs(graph, factor);
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        return plan.Run(inputs)[0].AsSpan<float>().ToArray();
    }

    public static ImmutableArray<Tensor> Inputs(Graph graph, float factor = 1)
    {
        var source = new Sketch(1) { _state = 77 };
        return [.. graph.Inputs.Select(input =>
        {
            Tensor tensor = source.Values(input.Fact.ToShape());
            foreach (ref float value in tensor.AsSpan<float>()) { value *= factor; }
            return tensor;
        })];
    }

    /// <summary>10·log₁₀ of signal over noise.</summary>
    public static double SignalToNoise(float[] expected, float[] actual)
    {
        double signal = expected.Sum(e => (double)e * e), noise = expected.Zip(actual, (e, a) => ((double)e - a) * ((double)e - a)).Sum();
        return 10 * Math.Log10(signal / noise);
    }

    public static void AssertClose(float[] expected, float[] actual, double relative)
    {
        Assert.HasCount(expected.Length, actual);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected[i], actual[i], relative * largest, $"element {i}"); }
    }

    /// <summary>Shows every observed value of one run to a calibration.</summary>
    public static Calibration Calibrate(PreparedGraph prepared, float factor = 1)
    {
        var calibration = new Calibration(prepared);
        using ExecutionPlan plan = ExecutionPlan.Bind(prepared.Graph);
        plan.Run(Inputs(prepared.Graph, factor), new Tap(calibration));
        calibration.AddRows(1);
        return calibration;
    }

    private sealed class Tap(Calibration calibration) : IActivationTap
    {
        public bool Wants(string value) => calibration.Values.Contains(value);

        public void Observe(string value, ReadOnlySpan<float> elements, Shape shape) => calibration.Observe(value, elements, shape);
    }
}
