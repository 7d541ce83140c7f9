using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Transposed convolution over 1 to 3 spatial axes: every input element adds its window to the output,
/// <c>y[n, c, i · stride − pad + tap · dilation] += x[n, k, i] · w[k, c, tap]</c>, then <c>+ b[c]</c>.
/// ONNX ConvTranspose, opset 9 to 28; a fused activation clamps y.
/// </summary>
internal sealed class ConvTranspose : IOperator
{
    public OperatorSchema Schema { get; } = new("ConvTranspose", 9, 2, 3);

    public OperatorTraits Traits { get; } = new()
    {
        Observation = ObservationType.OutputUsesDifferentObserverAsInput,
        WeightInput = 1,
        BiasInput = 2,
        // With groups, index c of axis 1 stands for one output channel in each group: no axis holds all of them.
        WeightChannelAxis = static (node, _) => node.Attributes.Int("group", 1) == 1 ? 1 : null,
        AcceptsActivation = true,
    };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 3, 5), w = site.Float(1).WithRank(site, 1, x.Rank, x.Rank);
        long groups = site.Attributes.Int("group", 1);
        if (groups < 1) { throw site.Refuse($"group is {groups}; expected 1 or more"); }
        if (!x.Dimensions[1].MayEqual(w.Dimensions[0])) { throw site.Refuse($"the input has {x.Dimensions[1]} channels; expected {w.Dimensions[0]}, as the weights have"); }
        if (w.Dimensions[0].Size is { } inputs && inputs % groups != 0)
        {
            throw site.Refuse($"the weights have {inputs} input channels; expected a multiple of {groups}, the number of groups");
        }
        Dimension channels = w.Dimensions[1].Size is { } perGroup ? Axes.Product([perGroup, Dimension.Known((int)Math.Min(groups, int.MaxValue))]) : Dimension.Unknown;
        site.Vector(2, channels, "bias");

        var dimensions = ImmutableArray.CreateBuilder<Dimension>(x.Rank);
        dimensions.Add(x.Dimensions[0]);
        dimensions.Add(channels);
        bool known = w.Dimensions.Skip(2).All(dimension => dimension.Size is not null);
        TransposedWindowSettings? settings = known ? new(site.Node, [.. w.Dimensions.Skip(2).Select(dimension => dimension.Size!.Value)]) : null;
        for (int axis = 0; axis < x.Rank - 2; axis++)
        {
            dimensions.Add(settings?.Output(site.Node, axis, x.Dimensions[axis + 2]) ?? Dimension.Unknown);
        }
        return [new(ElementType.Float32, dimensions.MoveToImmutable())];
    }

    public void Forward(StepCall call)
    {
        ConvolutionWindow window = new TransposedWindowSettings(call.Node, [.. call.InputShape(1).Spatial()]).At(call.InputShape(0).Spatial());
        PlainConvolution.Run(call, window, (int)call.Attributes.Int("group", 1), transposed: true);
    }

    public Step Bind(BindSite site)
    {
        bool biasIsPacked = !site.Node.HasInput(2) || site.Constant(2) is not null;
        if (site.Constant(1) is not { } weights || !biasIsPacked || Window(site.Node, weights, site.Inputs[0]!) is not { } window) { return new ForwardStep(this, site.Node); }
        float[] bias = site.Constant(2)?.AsSpan<float>().ToArray() ?? [];
        return new ConvolutionStep(Form(site.Node, weights.Shape, window).Bind(site.Engine, weights.AsSpan<float>(), bias, site.Node.ActivationInterval));
    }

    public string? DeclineInteger(IntegerSite site) => site.Input(1)?.Constant is not { } weights ? "its weights are not constant"
        : Window(site.Node, weights, site.Inputs[0]!.Fact) is not { } window ? "output_shape needs spatial sizes that are known before the model runs"
        : site.Input(1)!.Parameters is { IsPerChannel: true } && site.Node.Attributes.Int("group", 1) != 1 ? "its weights have a scale for each index of one axis and several groups share these indexes"
        : IntegerProduct.Decline(site, Form(site.Node, weights.Shape, window));

    public Step BindInteger(IntegerSite site)
    {
        Tensor weights = site.Inputs[1]!.Constant!;
        return IntegerProduct.BindConvolution(site, Form(site.Node, weights.Shape, Window(site.Node, weights, site.Inputs[0]!.Fact)!));
    }

    private static ConvolutionForm Form(Node node, Shape weights, ConvolutionWindow window)
    {
        int groups = (int)node.Attributes.Int("group", 1);
        return new(window, weights[0], weights[1] * groups, ChannelAxis: 1, groups, Transposed: true, InputFirst: true);
    }

    /// <summary>The window; null when its padding depends on a size that is not known yet.</summary>
    private static ConvolutionWindow? Window(Node node, Tensor weights, TensorFact input)
    {
        var settings = new TransposedWindowSettings(node, [.. weights.Shape.Spatial()]);
        return !settings.NeedsSize ? settings.AtAnySize()
            : input.Dimensions.Skip(2).All(dimension => dimension.Size is not null) ? settings.At([.. input.Dimensions.Skip(2).Select(dimension => dimension.Size!.Value)])
            : null;
    }
}
