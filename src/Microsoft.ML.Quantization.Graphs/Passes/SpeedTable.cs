using System.Collections.Frozen;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Nanoseconds in integers and in float.</summary>
internal readonly record struct SpeedRow(double Int8, double Float)
{
    public static SpeedRow operator +(SpeedRow a, SpeedRow b) => new(a.Int8 + b.Int8, a.Float + b.Float);

    public static SpeedRow operator *(SpeedRow row, double times) => new(row.Int8 * times, row.Float * times);
}

/// <summary>
/// What steps of a plan cost on one thread, as data: so what <see cref="FasterInFloat"/> decides is the same on every machine. Measured with
/// <c>speed</c> of the benchmark project on an Intel Xeon with AVX-512 and AMX, and rounded: see <c>eng/benchmarks</c>.
/// </summary>
internal static class SpeedTable
{
    /// <summary>Any step, whatever it does.</summary>
    public static SpeedRow Call { get; } = new(60, 60);

    /// <summary>A multiplication of a product over many positions, of one row, of a depthwise convolution.</summary>
    public static SpeedRow Product { get; } = new(0.0015, 0.01);

    /// <inheritdoc cref="Product"/>
    public static SpeedRow RowProduct { get; } = new(0.007, 0.03);

    /// <inheritdoc cref="Product"/>
    public static SpeedRow DepthwiseProduct { get; } = new(0.02, 0.033);

    /// <summary>An element that becomes a code.</summary>
    public const double Quantize = 0.28;

    /// <summary>A code that becomes an element.</summary>
    public const double Dequantize = 0.08;

    /// <summary>One element of the output, by operator; of the input for the mean of all positions. An activation that stands by itself: behind a product it costs nothing.</summary>
    public static FrozenDictionary<string, SpeedRow> Elements { get; } = new Dictionary<string, SpeedRow>(StringComparer.Ordinal)
    {
        ["Add"] = new(0.3, 0.3),
        ["Mul"] = new(0.4, 0.3),
        ["Sub"] = new(0.3, 0.25),
        ["Relu"] = new(0.3, 0.1),
        ["Clip"] = new(0.3, 0.12),
        ["MaxPool"] = new(0.15, 0.6),
        ["GlobalAveragePool"] = new(0.06, 0.105),
        ["Sigmoid"] = new(0.3, 0.3),
        ["Tanh"] = new(0.28, 0.45),
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
