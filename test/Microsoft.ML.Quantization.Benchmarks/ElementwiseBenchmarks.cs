using BenchmarkDotNet.Attributes;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Benchmarks;

/// <summary>What engines do element by element, on 50,176 of them: [1, 64, 28, 28].</summary>
public class ElementwiseBenchmarks
{
    private const int Length = 64 * 28 * 28, Columns = 64, Hidden = 256;

    private static readonly CodeParameters s_map = new(0.02f, 121, signed: false);

    private readonly float[] _x = new float[Length];
    private readonly float[] _other = new float[Length];
    private readonly float[] _y = new float[Length];
    private readonly byte[] _codes = new byte[Length];
    private readonly byte[] _result = new byte[Length];
    private readonly byte[] _table = new byte[256];
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
        _x.CopyTo(_other, 0);
        random.NextBytes(_codes);
        random.NextBytes(_table);
    }

    /// <summary>Floats to codes.</summary>
    [Benchmark]
    public void Quantize() => _engine.Quantize(_x, _result, s_map);

    /// <summary>Codes to floats.</summary>
    [Benchmark]
    public void Dequantize() => _engine.Dequantize(_codes, _y, s_map);

    /// <summary>Codes to codes through a table.</summary>
    [Benchmark]
    public void Lookup() => _engine.Lookup(_codes, _result, _table);

    /// <summary>A sum of codes.</summary>
    [Benchmark]
    public void AddCodes() => _engine.Add(_codes, s_map, _codes, s_map, _result, s_map);

    /// <summary>A product of codes.</summary>
    [Benchmark]
    public void MultiplyCodes() => _engine.Multiply(_codes, s_map, _codes, s_map, _result, s_map);

    /// <summary>A sum of floats.</summary>
    [Benchmark]
    public void Add() => _engine.Add(_x, _other, _y);

    /// <summary>max(x, 0).</summary>
    [Benchmark]
    public void Relu() => _engine.Relu(_x, _y);

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [Benchmark]
    public void Sigmoid() => _engine.Sigmoid(_x, _y);

    /// <summary>tanh x.</summary>
    [Benchmark]
    public void Tanh() => _engine.Tanh(_x, _y);

    /// <summary>Softmax of rows of 64.</summary>
    [Benchmark]
    public void Softmax() => _engine.Softmax(_x, _y, Length / Columns, Columns);

    /// <summary>One step of an LSTM of 256 for one row.</summary>
    [Benchmark]
    public void LstmStep() => _engine.LstmStep(_x.AsSpan(0, 4 * Hidden), _other.AsSpan(0, 4 * Hidden), _y.AsSpan(0, Hidden), _y.AsSpan(Hidden, Hidden));
}
