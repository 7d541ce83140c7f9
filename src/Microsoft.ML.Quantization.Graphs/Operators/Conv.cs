using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Convolution over 1 to 3 spatial axes: <c>y[n, c, o] = Σ_tap Σ_k x[n, k, o · stride − pad + tap · dilation] · w[c, k, tap] + b[c]</c>.
/// ONNX Conv, opset 9 to 28; a fused activation clamps y.
/// </summary>
internal sealed class Conv : IOperator
{
    public OperatorSchema Schema { get; } = new("Conv", 9, 2, 3);

    public OperatorTraits Traits { get; } = new()
    {
        Observation = ObservationType.OutputUsesDifferentObserverAsInput,
        WeightInput = 1,
        BiasInput = 2,
        WeightChannelAxis = static (_, _) => 0,
        AcceptsActivation = true,
    };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, 5), w = site.Float(1).WithRank(site, 1, x.Rank, x.Rank);
        long groups = site.Attributes.Int("group", 1);
        if (groups < 1) { throw site.Refuse($"group is {groups}; expected 1 or more"); }
        if (x.Dimensions[1].Size is { } channels && w.Dimensions[1].Size is { } depth && channels != depth * groups)
        {
            throw site.Refuse($"the input has {channels} channels; expected {depth * groups}, the weights' {depth} for each of {groups} groups");
        }
        if (w.Dimensions[0].Size is { } outputs && outputs % groups != 0)
        {
            throw site.Refuse($"the weights have {outputs} output channels; expected a multiple of {groups}, the number of groups");
        }
        site.Vector(2, w.Dimensions[0], "bias");

        var dimensions = ImmutableArray.CreateBuilder<Dimension>(x.Rank);
        dimensions.Add(x.Dimensions[0]);
        dimensions.Add(w.Dimensions[0]);
        WindowSettings? settings = Kernel(w) is { } kernel ? WindowSettings.Read(site.Node, kernel, x.Rank - 2) : null;
        for (int axis = 0; axis < x.Rank - 2; axis++)
        {
            dimensions.Add(settings?.Output(site.Node, axis, x.Dimensions[axis + 2]) ?? Dimension.Unknown);
        }
        return [new(ElementType.Float32, dimensions.MoveToImmutable())];
    }

    public void Forward(StepCall call)
    {
        ReadOnlySpan<int> kernel = call.InputShape(1).Spatial();
        ConvolutionWindow window = WindowSettings.Read(call.Node, [.. kernel], kernel.Length).At(call.InputShape(0).Spatial());
        PlainConvolution.Run(call, window, (int)call.Attributes.Int("group", 1), transposed: false);
    }

    public Step Bind(BindSite site)
    {
        bool biasIsPacked = !site.Node.HasInput(2) || site.Constant(2) is not null;
        if (site.Constant(1) is not { } weights || !biasIsPacked || Window(site.Node, weights, site.Inputs[0]!) is not { } window) { return new ForwardStep(this, site.Node); }
        float[] bias = site.Constant(2)?.AsSpan<float>().ToArray() ?? [];
        return new ConvolutionStep(Form(site.Node, weights.Shape, window).Bind(site.Engine, weights.AsSpan<float>(), bias, site.Node.ActivationInterval));
    }

    /// <summary>Whether a node is a convolution that <see cref="BindWithResidual"/> takes.</summary>
    public static bool CanAddResidual(Graph graph, Node node) =>
        node is { Operator: "Conv", Domain: "" } && graph.Constant(node.Inputs[1]) is { } weights && (!node.HasInput(2) || graph.Constant(node.Inputs[2]) is not null)
        && node.Attributes.Int("group", 1) is var groups && (groups == 1 || groups < weights.Shape[0]) && Window(node, weights, graph.Fact(node.Inputs[0])) is not null;

    /// <summary>Packs a convolution that adds input 1 of its call before it clamps to <paramref name="interval"/>.</summary>
    public static Step BindWithResidual(BindSite site, (float Minimum, float Maximum) interval)
    {
        Tensor weights = site.Constant(1)!;
        float[] bias = site.Constant(2)?.AsSpan<float>().ToArray() ?? [];
        ConvolutionForm form = Form(site.Node, weights.Shape, Window(site.Node, weights, site.Inputs[0]!)!);
        return new ConvolutionStep(form.Bind(site.Engine, weights.AsSpan<float>(), bias, interval, addsResidual: true), addsResidual: true);
    }

    public string? DeclineInteger(IntegerSite site) => site.Input(1)?.Constant is not { } weights ? "its weights are not constant"
        : Window(site.Node, weights, site.Inputs[0]!.Fact) is not { } window ? "auto_pad with strides needs spatial sizes that are known before the model runs"
        : IntegerProduct.Decline(site, Form(site.Node, weights.Shape, window));

    public Step BindInteger(IntegerSite site)
    {
        Tensor weights = site.Inputs[1]!.Constant!;
        return IntegerProduct.BindConvolution(site, Form(site.Node, weights.Shape, Window(site.Node, weights, site.Inputs[0]!.Fact)!));
    }

    /// <summary>Whether an integer call may add a residual, see <see cref="BindIntegerWithResidual"/>.</summary>
    public static bool CanAddResidual(Node node, IntegerSite site) => node is { Operator: "Conv", Domain: "" } && site.Output is not null
        && node.Attributes.Int("group", 1) is var groups && (groups == 1 || groups < site.Inputs[1]!.Constant!.Shape[0]);

    /// <summary>Packs an integer convolution that adds input 1 of its call to its own codes.</summary>
    public static Step BindIntegerWithResidual(IntegerSite site, ResidualSum residual)
    {
        Tensor weights = site.Inputs[1]!.Constant!;
        return IntegerProduct.BindConvolution(site, Form(site.Node, weights.Shape, Window(site.Node, weights, site.Inputs[0]!.Fact)!), residual);
    }

    private static ConvolutionForm Form(Node node, Shape weights, ConvolutionWindow window)
    {
        int groups = (int)node.Attributes.Int("group", 1);
        return new(window, weights[1] * groups, weights[0], ChannelAxis: 0, groups);
    }

    /// <summary>The window; null when its padding depends on a size that is not known yet.</summary>
    private static ConvolutionWindow? Window(Node node, Tensor weights, TensorFact input)
    {
        WindowSettings settings = WindowSettings.Read(node, [.. weights.Shape.Spatial()], weights.Shape.Rank - 2);
        return !settings.NeedsSize ? settings.AtAnySize()
            : input.Dimensions.Skip(2).All(dimension => dimension.Size is not null) ? settings.At([.. input.Dimensions.Skip(2).Select(dimension => dimension.Size!.Value)])
            : null;
    }

    private static ImmutableArray<int>? Kernel(TensorFact weights) => weights.Dimensions.Skip(2).All(dimension => dimension.Size is not null)
        ? [.. weights.Dimensions.Skip(2).Select(dimension => dimension.Size!.Value)]
        : null;
}
