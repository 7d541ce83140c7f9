using System.Collections.Immutable;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>What QuantizeLinear and DequantizeLinear share: the checks of scale and zero point, and their maps.</summary>
internal static class QuantizationFacts
{
    /// <summary>Refuses a scale or a zero point that does not fit the input.</summary>
    public static void Check(InferenceSite site, TensorFact x)
    {
        site.Unsupported(site.Attributes.Int("block_size", 0) != 0, "block_size", "use one scale for the tensor or one for each index of an axis");
        TensorFact scale = site.Float(1).WithRank(site, 1, 0, 1);
        if (site.OptionalInput(2) is { } zeroPoint && (zeroPoint.Rank != scale.Rank || (scale.Rank == 1 && !zeroPoint.Dimensions[0].MayEqual(scale.Dimensions[0]))))
        {
            throw site.Refuse($"its scale is {scale} and its zero point {zeroPoint}; expected the same shape");
        }
        if (scale.Rank == 0 || scale.Dimensions[0].Size == 1) { return; }
        if (site.Opset < 13) { throw site.Refuse($"its scale is {scale}; before operator set 13 there is one scale for the whole tensor"); }
        int axis = site.Axis(site.Attributes.Int("axis", 1), x.Rank);
        if (!scale.Dimensions[0].MayEqual(x.Dimensions[axis])) { throw site.Refuse($"its scale is {scale}; expected {x.Dimensions[axis]} elements, one for each index of axis {axis}"); }
    }

    /// <summary>The parameters in a call's inputs 1 and 2, for codes of <paramref name="codes"/>; per tensor where there is one scale.</summary>
    public static QuantizationParameters Parameters(StepCall call, ElementType codes)
    {
        ReadOnlySpan<float> scale = call.Input<float>(1);
        int[] zeroPoints = new int[scale.Length];
        for (int i = 0; i < zeroPoints.Length && call.HasInput(2); i++) { zeroPoints[i] = Code(call, 2, i); }
        return Parameters(call.Node, scale, zeroPoints, codes, call.InputShape(0).Rank);
    }

    /// <summary>The parameters in constants; null when one is not constant.</summary>
    public static QuantizationParameters? Parameters(BindSite site, ElementType codes)
    {
        if (site.Constant(1) is not { } scale || (site.Node.HasInput(2) && site.Constant(2) is null)) { return null; }
        int[] zeroPoints = new int[scale.Length];
        for (int i = 0; i < zeroPoints.Length && site.Constant(2) is { } zeroPoint; i++)
        {
            zeroPoints[i] = zeroPoint.Type switch { ElementType.UInt8 => zeroPoint.Bytes[i], ElementType.Int8 => (sbyte)zeroPoint.Bytes[i], _ => zeroPoint.AsSpan<int>()[i] };
        }
        return Parameters(site.Node, scale.AsSpan<float>(), zeroPoints, codes, site.Inputs[0]!.Rank);
    }

    /// <summary>One element of an input of codes.</summary>
    public static int Code(StepCall call, int input, int index) => call.InputType(input) switch
    {
        ElementType.UInt8 => call.Input<byte>(input)[index],
        ElementType.Int8 => call.Input<sbyte>(input)[index],
        _ => call.Input<int>(input)[index],
    };

    private static QuantizationParameters Parameters(Node node, ReadOnlySpan<float> scale, int[] zeroPoints, ElementType codes, int rank)
    {
        ElementType type = codes switch { ElementType.UInt8 => ElementType.QUInt8, ElementType.Int8 => ElementType.QInt8, _ => ElementType.QInt32 };
        try
        {
            return new([.. scale], [.. zeroPoints], scale.Length == 1 ? null : Axes.FromFront(node.Attributes.Int("axis", 1), rank), type);
        }
        catch (QuantizationException problem)
        {
            throw new QuantizationException($"{node}: {problem.Message}", problem);
        }
    }
}
