using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Matrix product with bias: <c>Y = alpha · A' · B' + beta · C</c>, where ' transposes if the node says so and C broadcasts.
/// ONNX Gemm, opset 9 to 28; a fused activation clamps Y.
/// </summary>
/// <remarks>
/// Normative order: <c>y[m, n] = clamp(Σ_k fma(a[m, k], f32(alpha · b[k, n])) + f32(beta · c[m, n]))</c>, k ascending. alpha and beta are
/// rounded into the factors, so that packed constants give the same bits as this loop; both are 1 in nearly every model.
/// </remarks>
internal sealed class Gemm : IOperator
{
    public OperatorSchema Schema { get; } = new("Gemm", 9, 2, 3);

    public OperatorTraits Traits { get; } = new()
    {
        Observation = ObservationType.OutputUsesDifferentObserverAsInput,
        WeightInput = 1,
        BiasInput = 2,
        WeightChannelAxis = static (node, _) => node.Attributes.Int("transB", 0) != 0 ? 0 : 1,
        AcceptsActivation = true,
    };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Float(0).WithRank(site, 0, 2, 2), b = site.Float(1).WithRank(site, 1, 2, 2);
        (Dimension rows, Dimension depth) = Pair(a, site.Attributes.Int("transA", 0) != 0);
        (Dimension depthOfB, Dimension columns) = Pair(b, site.Attributes.Int("transB", 0) != 0);
        if (!depth.MayEqual(depthOfB)) { throw site.Refuse($"A has {depth} columns and B {depthOfB} rows; expected the same"); }
        if (site.OptionalInput(2) is not null && site.Float(2) is { } c && !Broadcasting.StretchesTo(c.Dimensions, [rows, columns]))
        {
            throw site.Refuse($"C is {c}; expected a shape that broadcasts to [{rows}, {columns}]");
        }
        return [new(ElementType.Float32, [rows, columns])];

        static (Dimension, Dimension) Pair(TensorFact fact, bool swap) => swap ? (fact.Dimensions[1], fact.Dimensions[0]) : (fact.Dimensions[0], fact.Dimensions[1]);
    }

    public void Forward(StepCall call)
    {
        bool transA = call.Attributes.Int("transA", 0) != 0, transB = call.Attributes.Int("transB", 0) != 0;
        float alpha = call.Attributes.Float("alpha", 1f), beta = call.Attributes.Float("beta", 1f);
        ReadOnlySpan<float> a = call.Input<float>(0), b = call.Input<float>(1), c = call.HasInput(2) ? call.Input<float>(2) : [];
        Span<float> y = call.Output<float>(0);
        int rows = call.OutputShape(0)[0], columns = call.OutputShape(0)[1], depth = call.InputShape(0)[transA ? 0 : 1];
        int[] bias = call.HasInput(2) ? Broadcasting.Strides(call.InputShape(2), call.OutputShape(0)) : [0, 0];
        (float low, float high) = call.Node.ActivationInterval;

        for (int m = 0; m < rows; m++)
        {
            for (int n = 0; n < columns; n++)
            {
                float sum = 0f;
                for (int k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(a[transA ? k * rows + m : m * depth + k], alpha * b[transB ? n * depth + k : k * columns + n], sum);
                }
                sum += c.IsEmpty ? 0f : beta * c[m * bias[0] + n * bias[1]];
                y[m * columns + n] = Clamp.Value(sum, low, high);
            }
        }
    }

    public Step Bind(BindSite site)
    {
        int columns = site.Constant(1) is { } b ? Form(site.Node, b.Shape).OutputChannels : 0;
        if (site.Constant(1) is not { } weights || site.Node.Attributes.Int("transA", 0) != 0 || Bias(site.Node, site.Constant(2), columns) is not { } bias) { return new ForwardStep(this, site.Node); }
        float alpha = site.Node.Attributes.Float("alpha", 1f);
        float[] scaled = weights.AsSpan<float>().ToArray();
        for (int i = 0; i < scaled.Length; i++) { scaled[i] = alpha * scaled[i]; }
        ConvolutionForm form = Form(site.Node, weights.Shape);
        return form.Depth == 0 ? new ForwardStep(this, site.Node) : new MatrixProductStep(form.Bind(site.Engine, scaled, bias, site.Node.ActivationInterval), form.Depth);
    }

    public string? DeclineInteger(IntegerSite site) =>
        site.Input(1)?.Constant is not { } weights ? "its weights are not constant"
        : site.Node.Attributes.Int("transA", 0) != 0 ? "it transposes its first input"
        : site.Node.Attributes.Float("alpha", 1f) != 1f || (site.Input(2) is not null && site.Node.Attributes.Float("beta", 1f) != 1f) ? "alpha or beta is not 1"
        : weights.Shape.Length == 0 ? "its weights are empty"
        : IntegerProduct.Decline(site, Form(site.Node, weights.Shape));

    public Step BindInteger(IntegerSite site) => IntegerProduct.BindMatrix(site, Form(site.Node, site.Inputs[1]!.Constant!.Shape));

    private static ConvolutionForm Form(Node node, Shape weights) => node.Attributes.Int("transB", 0) != 0
        ? new(ConvolutionWindow.None, weights[1], weights[0], ChannelAxis: 0)
        : new(ConvolutionWindow.None, weights[0], weights[1], ChannelAxis: 1, InputFirst: true);

    /// <summary>beta · C as one number for each column; empty without C, null when C is not such a constant.</summary>
    internal static float[]? Bias(Node node, Tensor? constant, int columns)
    {
        if (!node.HasInput(2)) { return []; }
        if (constant is not { Type: ElementType.Float32 } c || (c.Length != 1 && (c.Length != columns || c.Shape.Sizes[^1] != columns))) { return null; }
        float beta = node.Attributes.Float("beta", 1f);
        var bias = new float[columns];
        for (int n = 0; n < columns; n++) { bias[n] = beta * c.AsSpan<float>()[c.Length == 1 ? 0 : n]; }
        return bias;
    }
}
