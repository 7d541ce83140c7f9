using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Microsoft.ML.Quantization.Benchmarks.Peers;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Benchmarks;

/// <summary>The shapes of the design's tables in float, on every engine of this processor.</summary>
public class FloatConvolutionBenchmarks
{
    private BoundConvolution _bound = null!;
    private ConvolutionTables _tables = null!;
    private byte[] _input = [];
    private byte[] _output = [];
    private int _batch;

    /// <summary>The engines, Reference left out.</summary>
    public static IEnumerable<string> Engines => ConvolutionBenchmarks.Engines;

    /// <summary>The shapes by name.</summary>
    public static IEnumerable<string> Shapes => ConvolutionBenchmarks.Shapes;

    /// <summary>The engine.</summary>
    [ParamsSource(nameof(Engines))]
    public string Engine { get; set; } = "";

    /// <summary>The shape.</summary>
    [ParamsSource(nameof(Shapes))]
    public string Shape { get; set; } = "";

    /// <summary>Packs the weights.</summary>
    [GlobalSetup]
    public void Pack()
    {
        KernelShape shape = KernelShape.All.First(candidate => candidate.Name == Shape);
        Int8ConvolutionSpec codes = new KernelData(shape).Spec(shape);
        _bound = EngineList.Find(Engine).Bind(new FloatConvolutionSpec
        {
            Window = codes.Window, Groups = codes.Groups, InputChannels = codes.InputChannels, OutputChannels = codes.OutputChannels,
            Weights = codes.Weights.ToArray().Select(static weight => weight / 127f).ToArray(), Bias = new float[codes.OutputChannels], Minimum = 0f,
        });
        _tables = shape.IsConvolution ? _bound.Plan([shape.Size, shape.Size], [shape.OutputSize, shape.OutputSize]) : _bound.Plan([], []);
        float[] input = new float[shape.InputPixels * shape.Channels + Kernels.Engine.ReadSlack / sizeof(float)];
        var random = new Random(20);
        foreach (ref float value in input.AsSpan()) { value = random.NextSingle() - 0.5f; }
        _input = MemoryMarshal.AsBytes(input.AsSpan()).ToArray();
        _output = new byte[shape.OutputPixels * shape.Outputs * sizeof(float)];
        _batch = shape.IsConvolution ? 1 : shape.Rows;
    }

    /// <summary>One call.</summary>
    [Benchmark]
    public void Run() => _bound.Run(_tables, _batch, _input, _output, null);
}
