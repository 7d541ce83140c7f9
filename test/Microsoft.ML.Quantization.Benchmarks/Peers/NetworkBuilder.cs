using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>Writes image networks with random weights, scaled so that activations keep their size from layer to layer.</summary>
internal sealed class NetworkBuilder
{
    private const int Opset = 13, Colours = 3, Side = 224, Classes = 1000;

    private readonly GraphBuilder _graph;
    private readonly Random _random = new(11);
    private int _layers;

    public NetworkBuilder(string name)
    {
        _graph = new(name, Opset);
        (Value, Channels) = (_graph.AddInput("image", new(ElementType.Float32, [Dimension.Named("batch"), Colours, Side, Side])), Colours);
    }

    /// <summary>The value written last.</summary>
    public string Value { get; private set; }

    /// <summary>Its channels.</summary>
    public int Channels { get; private set; }

    /// <summary>Goes back to an earlier value, to branch there.</summary>
    public NetworkBuilder From(string value, int channels)
    {
        (Value, Channels) = (value, channels);
        return this;
    }

    public NetworkBuilder Convolution(int outputs, int kernel, int stride = 1, int groups = 1)
    {
        int depth = Channels / groups * kernel * kernel, pad = kernel / 2;
        string layer = $"conv{_layers++}";
        string weights = Random(layer + ".weight", [outputs, Channels / groups, kernel, kernel], MathF.Sqrt(6f / depth)), bias = Random(layer + ".bias", [outputs], 0.1f);
        Value = _graph.Add(layer, "Conv", [Value, weights, bias], NodeAttributes.Empty
            .With("kernel_shape", Longs(kernel, kernel)).With("strides", Longs(stride, stride)).With("pads", Longs(pad, pad, pad, pad)).With("group", (long)groups));
        Channels = outputs;
        return this;
    }

    public NetworkBuilder Relu() => Add("Relu", [Value]);

    public NetworkBuilder Relu6() => Add("Clip", [Value, _graph.AddConstant("zero", Tensor.Scalar(0f)), _graph.AddConstant("six", Tensor.Scalar(6f))]);

    public NetworkBuilder Plus(string other) => Add("Add", [Value, other]);

    public NetworkBuilder MaxPool() => Add("MaxPool", [Value], NodeAttributes.Empty.With("kernel_shape", Longs(3, 3)).With("strides", Longs(2, 2)).With("pads", Longs(1, 1, 1, 1)));

    /// <summary>The classifier and the finished graph.</summary>
    public Graph Classify()
    {
        Add("GlobalAveragePool", [Value]).Add("Flatten", [Value]);
        string weights = Random("classes.weight", [Classes, Channels], MathF.Sqrt(6f / Channels)), bias = Random("classes.bias", [Classes], 0.1f);
        Add("Gemm", [Value, weights, bias], NodeAttributes.Empty.With("transB", 1L));
        _graph.AddOutput(Value);
        return _graph.Build();
    }

    private NetworkBuilder Add(string op, ImmutableArray<string> inputs, NodeAttributes? attributes = null)
    {
        Value = _graph.Add($"{op.ToLowerInvariant()}{_layers++}", op, inputs, attributes);
        return this;
    }

    private string Random(string name, int[] sizes, float bound)
    {
        var tensor = new Tensor(ElementType.Float32, new Shape(sizes));
        foreach (ref float value in tensor.AsSpan<float>()) { value = (_random.NextSingle() * 2f - 1f) * bound; }
        return _graph.AddConstant(name, tensor);
    }

    private static ImmutableArray<long> Longs(params ReadOnlySpan<int> values) => [.. values.ToArray().Select(static value => (long)value)];
}
