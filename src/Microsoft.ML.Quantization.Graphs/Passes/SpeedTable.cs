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
/// <c>steps MODEL int8|float</c> of the benchmark project on an Intel Xeon with AVX-512 and AMX, steady state.
/// </summary>
internal static class SpeedTable
{
    /// <summary>Any step, whatever it does.</summary>
    public static SpeedRow Call { get; } = new(60, 60);

    /// <summary>A multiplication of a product over many positions, of one row, of a depthwise convolution.</summary>
    public static SpeedRow Product { get; } = new(0.002, 0.012);

    /// <inheritdoc cref="Product"/>
    public static SpeedRow RowProduct { get; } = new(0.007, 0.026);

    /// <inheritdoc cref="Product"/>
    public static SpeedRow DepthwiseProduct { get; } = new(0.02, 0.06);

    /// <summary>An element that becomes a code.</summary>
    public const double Quantize = 0.28;

    /// <summary>A code that becomes an element.</summary>
    public const double Dequantize = 0.15;

    /// <summary>One element of the output, by operator.</summary>
    public static FrozenDictionary<string, SpeedRow> Elements { get; } = new Dictionary<string, SpeedRow>(StringComparer.Ordinal)
    {
        ["Add"] = new(0.4, 0.2),
        ["Mul"] = new(0.4, 0.2),
        ["Sub"] = new(0.4, 0.2),
        ["Relu"] = new(0.05, 0.1),
        ["Clip"] = new(0.05, 0.1),
        ["MaxPool"] = new(0.29, 1.9),
        ["GlobalAveragePool"] = new(9, 9),
        ["Sigmoid"] = new(0.6, 1.1),
        ["Tanh"] = new(0.6, 1.1),
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
