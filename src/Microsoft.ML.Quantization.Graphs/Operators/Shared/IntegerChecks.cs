using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The reasons for declining an integer form that several operators share. Null means there is none.</summary>
internal static class IntegerChecks
{
    /// <summary>Whether an input is 8-bit codes with one map for the whole tensor.</summary>
    public static string? Activation(IntegerSite site, int index) => site.Input(index)?.Parameters is { } map
        ? Map(map, $"input {index}")
        : $"input {index} is not dequantized from codes";

    /// <summary>Whether the output is 8-bit codes with one map for the whole tensor.</summary>
    public static string? Output(IntegerSite site) => site.Output is { } map ? Map(map, "the output") : "its output is not quantized";

    /// <summary>Input 0 and the output, as operators on one tensor need them.</summary>
    public static string? Unary(IntegerSite site) => Activation(site, 0) ?? Output(site);

    /// <summary>As <see cref="Unary"/>, and both have the same map, so that codes can be moved as they are.</summary>
    public static string? SameMap(IntegerSite site) => Unary(site)
        ?? (site.Input(0)!.Parameters!.Equals(site.Output) ? null : $"its input is {site.Input(0)!.Parameters} and its output {site.Output}; codes can only be passed on between equal maps");

    private static string? Map(QuantizationParameters map, string what) =>
        map.IsPerChannel ? $"{what} has a scale for each channel; integer calls take one scale"
        : map.Type is ElementType.QUInt8 or ElementType.QInt8 ? null
        : $"{what} is {map.Type.Name()}; integer calls take quint8 and qint8";
}
