using System.Text.Json;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary>
/// <c>q_pools.json</c>: maxima, nearest neighbours, padding and shuffles exactly as PyTorch's; averages, bilinear resizing and deviations within 1,
/// because its tie rule depends on the memory layout.
/// </summary>
[TestClass]
[TestCategory("Engine")]
[TestCategory("Golden")]
public sealed class PoolGolden
{
    [TestMethod]
    public void Codes_equal_PyTorch() => GoldenFile.Open("q_pools.json").Check(_ => null, golden =>
    {
        string op = golden.Text("op")!;
        bool rounds = op.Contains("avg", StringComparison.Ordinal) || op is "mean" or "std" || golden.Text("mode") == "bilinear";
        foreach (Engine engine in EnginesUnderTest.All) { GoldenTensors.AssertCodes(golden.Answer("output"), Run(golden, op, engine), allowed: rounds ? 1 : 0); }
    });

    private static QuantizedTensor Run(GoldenCase golden, string op, Engine engine)
    {
        QuantizedTensor x = golden.Input("x").Quantized();
        int[] Ints(string name) => ConvolutionGolden.Ints(golden, name);
        bool ceil = golden.Flag("ceil_mode"), counts = !golden.TryAttribute("count_include_pad", out _) || golden.Flag("count_include_pad");
        return op switch
        {
            "max_pool1d" => MaxPools.MaxPool1d(x, Ints("kernel"), Ints("stride"), Ints("padding"), Ints("dilation"), ceil, engine),
            "max_pool2d" => MaxPools.MaxPool2d(x, Ints("kernel"), Ints("stride"), Ints("padding"), Ints("dilation"), ceil, engine),
            "max_pool3d" => MaxPools.MaxPool3d(x, Ints("kernel"), Ints("stride"), Ints("padding"), Ints("dilation"), ceil, engine),
            "avg_pool1d" => AveragePools.AvgPool1d(x, Ints("kernel"), Ints("stride"), Ints("padding"), ceil, counts, engine),
            "avg_pool2d" => AveragePools.AvgPool2d(x, Ints("kernel"), Ints("stride"), Ints("padding"), ceil, counts, golden.Integer("divisor_override"), engine),
            "avg_pool3d" => AveragePools.AvgPool3d(x, Ints("kernel"), Ints("stride"), Ints("padding"), ceil, counts, golden.Integer("divisor_override"), engine),
            "adaptive_avg_pool1d" => AdaptiveAveragePools.AdaptiveAvgPool1d(x, Sizes(golden), engine),
            "adaptive_avg_pool2d" => AdaptiveAveragePools.AdaptiveAvgPool2d(x, Sizes(golden), engine),
            "adaptive_avg_pool3d" => AdaptiveAveragePools.AdaptiveAvgPool3d(x, Sizes(golden), engine),
            "mean" => x.Mean(Ints("dim"), golden.Flag("keepdim")),
            "std" => x.Std(Ints("dim"), !golden.TryAttribute("unbiased", out _) || golden.Flag("unbiased"), golden.Flag("keepdim")),
            "channel_shuffle" => ChannelShuffles.ChannelShuffle(x, golden.Integer("groups")!.Value),
            "pad" when golden.Text("mode") == "reflect" => Paddings.Reflect(x, Ints("pad")),
            "pad" when golden.Text("mode") == "constant" => Paddings.Constant(x, Ints("pad"), (float)(golden.Number("value") ?? 0)),
            "interpolate" => Interpolate(golden, x),
            _ => throw new FormatException($"'{op}' is not a function of this file."),
        };
    }

    private static QuantizedTensor Interpolate(GoldenCase golden, QuantizedTensor x)
    {
        InterpolationMode mode = golden.Text("mode") switch
        {
            "nearest" => InterpolationMode.Nearest,
            "nearest-exact" => InterpolationMode.NearestExact,
            "bilinear" => InterpolationMode.Bilinear,
            var other => throw new FormatException($"'{other}' is not a mode of this file."),
        };
        return golden.TryAttribute("scale_factor", out JsonElement factor)
            ? Interpolations.InterpolateBy(x, factor.ValueKind == JsonValueKind.Array ? GoldenNumber.ReadAll(factor) : [GoldenNumber.Read(factor)], mode, golden.Flag("align_corners"))
            : Interpolations.Interpolate(x, ConvolutionGolden.Ints(golden, "size"), mode, golden.Flag("align_corners"));
    }

    private static int?[] Sizes(GoldenCase golden) => golden.TryAttribute("output_size", out JsonElement sizes) && sizes.ValueKind == JsonValueKind.Array
        ? [.. sizes.EnumerateArray().Select(size => size.ValueKind == JsonValueKind.Null ? (int?)null : size.GetInt32())]
        : [golden.Integer("output_size")];
}
