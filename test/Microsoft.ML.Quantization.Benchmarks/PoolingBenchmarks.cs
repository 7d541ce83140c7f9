using BenchmarkDotNet.Attributes;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Benchmarks;

/// <summary>Pools over [1, 64, 56, 56], channels last: windows of 3x3 with steps of 2, and all pixels at once.</summary>
public class PoolingBenchmarks
{
    private const int Channels = 64, Size = 56, Pooled = 28;

    private static readonly CodeParameters s_map = new(0.02f, 121, signed: false);

    private static readonly PoolTables s_tables = PoolTables.Plan(new([3, 3], [2, 2], [1, 1], [1, 1], [1, 1]), [Size, Size], [Pooled, Pooled]);

    private readonly float[] _x = new float[Channels * Size * Size];
    private readonly float[] _y = new float[Channels * Pooled * Pooled];
    private readonly byte[] _codes = new byte[Channels * Size * Size];
    private readonly byte[] _result = new byte[Channels * Pooled * Pooled];
    private Engine _engine = EngineList.Reference;

    /// <summary>The engines, Reference left out.</summary>
    public static IEnumerable<string> Engines => ConvolutionBenchmarks.Engines;

    /// <summary>The engine.</summary>
    [ParamsSource(nameof(Engines))]
    public string Engine { get; set; } = "";

    /// <summary>Draws the numbers.</summary>
    [GlobalSetup]
    public void Draw()
    {
        _engine = EngineList.Find(Engine);
        var random = new Random(20);
        foreach (ref float value in _x.AsSpan()) { value = random.NextSingle() * 4f - 2f; }
        random.NextBytes(_codes);
    }

    /// <summary>The largest of codes.</summary>
    [Benchmark]
    public void MaxOfCodes() => _engine.MaxPool(s_tables, 1, Channels, _codes, _result, signed: false);

    /// <summary>The largest of floats.</summary>
    [Benchmark]
    public void Max() => _engine.MaxPool(s_tables, 1, Channels, _x, _y);

    /// <summary>The mean of codes.</summary>
    [Benchmark]
    public void AverageOfCodes() => _engine.AveragePool(s_tables, 1, Channels, _codes, s_map, _result, s_map, countPadding: false);

    /// <summary>The mean of floats.</summary>
    [Benchmark]
    public void Average() => _engine.AveragePool(s_tables, 1, Channels, _x, _y, countPadding: false);

    /// <summary>The mean of all codes.</summary>
    [Benchmark]
    public void GlobalAverageOfCodes() => _engine.GlobalAveragePool(1, Size * Size, Channels, _codes, s_map, _result, s_map);

    /// <summary>The mean of all floats.</summary>
    [Benchmark]
    public void GlobalAverage() => _engine.GlobalAveragePool(1, Size * Size, Channels, _x, _y);
}
