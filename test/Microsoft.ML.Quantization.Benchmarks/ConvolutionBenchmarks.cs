using BenchmarkDotNet.Attributes;
using Microsoft.ML.Quantization.Benchmarks.Peers;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Benchmarks;

/// <summary>The shapes of the design's tables on every engine of this processor.</summary>
public class ConvolutionBenchmarks
{
    private BoundConvolution _bound = null!;
    private ConvolutionTables _tables = null!;
    private byte[] _input = [];
    private byte[] _output = [];
    private int _batch;

    /// <summary>The engines, Reference left out.</summary>
    public static IEnumerable<string> Engines => EngineList.Supported.SkipLast(1).Select(static engine => engine.Name);

    /// <summary>The shapes by name.</summary>
    public static IEnumerable<string> Shapes => KernelShape.All.Select(static shape => shape.Name);

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
        var data = new KernelData(shape);
        _bound = EngineList.Find(Engine).Bind(data.Spec(shape));
        _tables = shape.IsConvolution ? _bound.Plan([shape.Size, shape.Size], [shape.OutputSize, shape.OutputSize]) : _bound.Plan([], []);
        _input = [.. data.Input, .. new byte[Kernels.Engine.ReadSlack]];
        _output = new byte[shape.OutputPixels * shape.Outputs];
        _batch = shape.IsConvolution ? 1 : shape.Rows;
    }

    /// <summary>One call.</summary>
    [Benchmark]
    public void Run() => _bound.Run(_tables, _batch, _input.AsSpan(0, _input.Length - Kernels.Engine.ReadSlack), _output, null);
}
