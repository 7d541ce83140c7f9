using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs.Operators;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// DynamicQuantizeLinear → MatMulInteger or ConvInteger → Cast → Mul → Add as one call from floats to floats. The call gives the bits of the operators one by one.
/// </summary>
/// <param name="Product">The MatMulInteger or ConvInteger.</param>
/// <param name="Last">The node that writes the result: the Mul, or the Add behind it.</param>
/// <param name="Input">The floats that are quantized.</param>
/// <param name="WeightShape">Shape of the weights as the node has them.</param>
/// <param name="Weights">Codes less their zero points, in the engines' order: [outputs, taps, depth].</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Scales">One scale of the weights, or one for each output.</param>
/// <param name="Bias">One number for each output; −0 for none, which changes no sum.</param>
internal sealed record DynamicGroup(Node Product, Node Last, string Input, Shape WeightShape, ImmutableArray<short> Weights, int Outputs, ImmutableArray<float> Scales, ImmutableArray<float> Bias)
    : CollapsedGroup(Last, Input)
{
    public override bool KeepsRowsOfVectors => false;

    public override Step Bind(Engine engine, bool perRow)
    {
        if (Product.Operator == "MatMulInteger") { return new DynamicMatrixStep(Pack(engine, 0, Outputs, Last.ActivationInterval), perRow); }
        int groups = (int)Product.Attributes.Int("group", 1), perGroup = Outputs / groups;
        WindowSettings window = WindowSettings.Read(Product, [.. WeightShape.Spatial()], WeightShape.Rank - 2);
        if (!window.NeedsSize && DynamicConvolution.Accepts(Weights.AsSpan(), Outputs))
        {
            return new DirectDynamicConvolutionStep(window.AtAnySize(), new(engine, window.AtAnySize(), WeightShape[1] * groups, groups, Weights.AsSpan(), Scales.AsSpan(), Bias.AsSpan()), perRow, Last.ActivationInterval);
        }
        return new DynamicConvolutionStep(Product, [.. Enumerable.Range(0, groups).Select(group => Pack(engine, group * perGroup, perGroup, (float.NegativeInfinity, float.PositiveInfinity)))], WeightShape, perRow, Last.ActivationInterval);
    }

    private DynamicProduct Pack(Engine engine, int first, int count, (float Minimum, float Maximum) activation)
    {
        int depth = Weights.Length / Outputs;
        return new(engine, Weights.AsSpan().Slice(first * depth, count * depth), depth, Scales.Length == 1 ? Scales.AsSpan() : Scales.AsSpan().Slice(first, count), Bias.AsSpan().Slice(first, count), activation.Minimum, activation.Maximum);
    }
}
