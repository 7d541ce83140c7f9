using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Matrix product of the last two axes; the axes before them broadcast: <c>y[…, m, n] = Σ_k a[…, m, k] · b[…, k, n]</c>, k ascending,
/// fused multiply-add. A vector counts as one row on the left and as one column on the right. ONNX MatMul, opset 9 to 28; a fused
/// bias (input 2, one number for each column or for all; see <see cref="FuseBias"/>) is added to each sum, a fused activation clamps y.
/// </summary>
internal sealed class MatMul : IOperator
{
    public OperatorSchema Schema { get; } = new("MatMul", 9, 2, 3);

    public OperatorTraits Traits { get; } = new()
    {
        Observation = ObservationType.OutputUsesDifferentObserverAsInput,
        WeightInput = 1,
        BiasInput = 2,
        WeightChannelAxis = static (_, weights) => weights.Rank == 2 ? 1 : null,
        AcceptsActivation = true,
    };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact a = site.Float(0).WithRank(site, 0, 1, int.MaxValue), b = site.Float(1).WithRank(site, 1, 1, int.MaxValue);
        Dimension depth = a.Dimensions[^1], depthOfB = b.Dimensions[b.Rank == 1 ? 0 : ^2];
        if (!depth.MayEqual(depthOfB)) { throw site.Refuse($"A has {depth} columns and B {depthOfB} rows; expected the same"); }
        ImmutableArray<Dimension> leading = Broadcasting.Combine(site, a.Rank > 2 ? a.Dimensions[..^2] : [], b.Rank > 2 ? b.Dimensions[..^2] : []);
        if (a.Rank > 1) { leading = leading.Add(a.Dimensions[^2]); }
        if (b.Rank > 1) { leading = leading.Add(b.Dimensions[^1]); }
        if (site.OptionalInput(2) is not null && !Broadcasting.StretchesTo(site.Float(2).WithRank(site, 2, 0, 1).Dimensions, b.Rank > 1 ? [b.Dimensions[^1]] : []))
        {
            throw site.Refuse($"its bias is {site.Input(2)} and B is {b}; expected one number for each column of B");
        }
        return [new(ElementType.Float32, leading)];
    }

    public void Forward(StepCall call)
    {
        Shape left = call.InputShape(0), right = call.InputShape(1);
        int rows = left.Rank > 1 ? left[left.Rank - 2] : 1, columns = right.Rank > 1 ? right[right.Rank - 1] : 1, depth = left[left.Rank - 1];
        var a = new Shape(left.Rank > 2 ? left.Sizes.AsSpan()[..^2] : []);
        var b = new Shape(right.Rank > 2 ? right.Sizes.AsSpan()[..^2] : []);
        var batch = new Shape(call.OutputShape(0).Sizes.AsSpan()[..Math.Max(a.Rank, b.Rank)]);
        // A last axis of size 1 makes every product one row of the walk.
        int[] sizes = [.. batch.Sizes, 1], strideA = [.. Broadcasting.Strides(a, batch), 0], strideB = [.. Broadcasting.Strides(b, batch), 0];
        var walk = new StridedWalk(sizes, strideA, strideB, new int[sizes.Length]);
        (float low, float high) = call.Node.ActivationInterval;
        for (int i = 0; i < batch.Length; i++, walk.NextRow())
        {
            Multiply(
                call.Engine,
                call.Input<float>(0).Slice(walk.Left * rows * depth, rows * depth),
                call.Input<float>(1).Slice(walk.Right * depth * columns, depth * columns),
                call.Output<float>(0).Slice(i * rows * columns, rows * columns),
                rows, columns, depth, call.HasInput(2) ? call.Input<float>(2) : [], low, high);
        }
    }

    public Step Bind(BindSite site)
    {
        if (site.Constant(1) is not { } weights || weights.Shape.Rank > 2 || weights.Length == 0 || Bias(site.Node, site.Constant(2), Form(weights.Shape).OutputChannels) is not { } bias) { return new ForwardStep(this, site.Node); }
        ConvolutionForm form = Form(weights.Shape);
        return new MatrixProductStep(form.Bind(site.Engine, weights.AsSpan<float>(), bias, site.Node.ActivationInterval), form.Depth);
    }

    public string? DeclineInteger(IntegerSite site) =>
        site.Input(1)?.Constant is not { } weights || site.Input(1)!.Parameters is null ? CodeProductStep.Decline(site)
        : weights.Length == 0 ? $"its weights are {weights}; integer calls take one matrix"
        : weights.Shape.Rank > 2 ? CodeProductStep.Decline(site)
        : IntegerProduct.Decline(site, Form(weights.Shape));

    public Step BindInteger(IntegerSite site) => site.Input(1)!.Constant is { Shape.Rank: <= 2 } weights
        ? IntegerProduct.BindMatrix(site, Form(weights.Shape))
        : new CodeProductStep(site);

    /// <summary>The bias as one number for each column; empty without one, null when it is not constant.</summary>
    internal static float[]? Bias(Node node, Tensor? constant, int columns) =>
        !node.HasInput(2) ? []
        : constant is not { Type: ElementType.Float32 } bias ? null
        : bias.Length == 1 && columns > 1 ? [.. Enumerable.Repeat(bias.AsSpan<float>()[0], columns)]
        : bias.AsSpan<float>().ToArray();

    private static ConvolutionForm Form(Shape weights) => new(ConvolutionWindow.None, weights[0], weights.Rank > 1 ? weights[1] : 1, ChannelAxis: 1, InputFirst: true);

    private static void Multiply(Engine engine, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y, int rows, int columns, int depth, ReadOnlySpan<float> bias, float low, float high)
    {
        engine.MatMul(a, b, y, rows, depth, columns);
        for (int i = 0; i < y.Length; i++)
        {
            // + 0 stands for the bias that packed products always add: a sum of −0 becomes +0.
            y[i] = Clamp.Value(y[i] + (bias.Length == 0 ? 0f : bias[bias.Length == 1 ? 0 : i % columns]), low, high);
        }
    }
}
