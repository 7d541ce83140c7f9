using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// An image of another size, by <c>scales</c> (input 2; ⌊size · scale⌋) or <c>sizes</c> (input 3): nearest, linear or cubic, in all
/// coordinate modes, one axis after the other. ONNX Resize, opset 11 to 28; older ones and Upsample are brought to this form on import.
/// </summary>
internal sealed class Resize : IOperator
{
    private static readonly string[] s_coordinates = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"];

    public OperatorSchema Schema { get; } = new("Resize", 11, 1, 4);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0).WithRank(site, 0, 1, int.MaxValue);
        OneOf(site, "mode", "nearest", ["nearest", "linear", "cubic"]);
        OneOf(site, "nearest_mode", "round_prefer_floor", ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]);
        OneOf(site, "coordinate_transformation_mode", "half_pixel", s_coordinates);
        OneOf(site, "keep_aspect_ratio_policy", "stretch", ["stretch", "not_larger", "not_smaller"]);
        if (site.OptionalInput(1) is not null) { site.Float(1); }
        if (site.OptionalInput(2) is not null) { site.Float(2); }
        if (site.OptionalInput(3) is not null) { site.Input(3, ElementType.Int64); }
        if (site.OptionalInput(2) is null && site.OptionalInput(3) is null) { throw site.Refuse("it has neither scales nor sizes; expected one of them"); }
        ImmutableArray<int> axes = site.AxisList(site.Attributes.Ints("axes") ?? [.. Enumerable.Range(0, x.Rank).Select(axis => (long)axis)], x.Rank);
        if (site.IsOpen(2, 3) || !x.IsStatic) { return [x with { Dimensions = [.. x.Dimensions.Select((size, axis) => axes.Contains(axis) ? KeptBatch(site, size, axis) : size)] }]; }

        ReadOnlySpan<float> scales = site.Constant(2) is { Length: > 0 } s ? s.AsSpan<float>() : default;
        ReadOnlySpan<long> sizes = site.Constant(3) is { Length: > 0 } n ? n.AsSpan<long>() : default;
        if (scales.Length + sizes.Length != axes.Length) { throw site.Refuse($"it has {scales.Length} scales and {sizes.Length} sizes; expected {axes.Length} of one kind"); }
        Dimension[] result = [.. x.Dimensions];
        double[] factors = Factors(site.Attributes, x.ToShape(), axes, scales, sizes);
        for (int i = 0; i < axes.Length; i++)
        {
            int size = x.Dimensions[axes[i]].Size!.Value;
            double wanted = !scales.IsEmpty ? Math.Floor((double)size * scales[i]) : KeepsAspect(site.Attributes) ? Math.Floor(factors[i] * size + 0.5) : sizes[i];
            if (!(wanted >= 0) || wanted > int.MaxValue || (size == 0 && wanted > 0)) { throw site.Refuse($"axis {axes[i]} of {x} would get {wanted} elements; expected 0 to {int.MaxValue}"); }
            result[axes[i]] = (int)wanted;
        }
        Axes.Product(result);
        return [x with { Dimensions = [.. result] }];
    }

    public Step Bind(BindSite site) => MovesElements(site.Node, site.Inputs[0]!, site.Constant(2), site.Constant(3)) ? new NearestStep(Places) : new AnyLayoutStep(this);

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site)
        ?? (MovesElements(site.Node, site.Inputs[0]!.Fact, site.Input(2)?.Constant, site.Input(3)?.Constant) ? null : "it computes between its elements, or resizes other axes than the spatial ones");

    public Step BindInteger(IntegerSite site) => new NearestStep(Places);

    public void Forward(StepCall call)
    {
        Shape from = call.InputShape(0), to = call.OutputShape(0);
        int[] axes = [.. (call.Attributes.Ints("axes") ?? [.. Enumerable.Range(0, from.Rank).Select(axis => (long)axis)]).Select(axis => Axes.FromFront(axis, from.Rank))];
        ReadOnlySpan<float> scales = call.HasInput(2) ? call.Input<float>(2) : default, region = call.HasInput(1) ? call.Input<float>(1) : default;
        double[] factors = Factors(call.Attributes, from, [.. axes], scales, call.HasInput(3) ? call.Input<long>(3) : default);
        float[] current = call.Input<float>(0).ToArray();
        int[] shape = LayoutView.InMemory<int>(from.Sizes.AsSpan(), call.Layout);
        var outside = new bool[from.Rank][];
        if (to.Length == 0) { return; }
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = axes[i], place = LayoutView.Place(axis, from, call.Layout);
            (double, double) part = region.Length == 2 * axes.Length ? (region[i], region[i + axes.Length]) : (0.0, 1.0);
            var table = new ResizeAxis(call.Attributes, from[axis], to[axis], factors[i], part);
            outside[place] = table.Outside;
            if (!table.IsIdentity) { current = Along(current, shape, place, to[axis], table); }
            shape[place] = to[axis];
        }
        current.CopyTo(call.Output<float>(0));
        Extrapolate(call, LayoutView.InMemory(to, call.Layout), outside);
    }

    /// <summary>Whether every output element is an input element of the same image and channel.</summary>
    private static bool MovesElements(Node node, TensorFact x, Tensor? scales, Tensor? sizes)
    {
        if (node.Attributes.String("mode", "nearest") != "nearest" || node.Attributes.String("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize" || x.Rank < 3) { return false; }
        if (node.Attributes.Ints("axes") is { } axes) { return (scales ?? sizes) is not null && axes.All(axis => Axes.FromFront(axis, x.Rank) >= 2); }
        return scales is { Length: >= 2 } && scales.AsSpan<float>()[0] == 1f && scales.AsSpan<float>()[1] == 1f;
    }

    /// <summary>For each position of the output the position of the input it takes.</summary>
    private static int[] Places(StepCall call)
    {
        Shape from = call.InputShape(0), to = call.OutputShape(0);
        int[] axes = [.. (call.Attributes.Ints("axes") ?? [.. Enumerable.Range(0, from.Rank).Select(axis => (long)axis)]).Select(axis => Axes.FromFront(axis, from.Rank))];
        double[] factors = Factors(call.Attributes, from, [.. axes], call.HasInput(2) ? call.Input<float>(2) : default, call.HasInput(3) ? call.Input<long>(3) : default);
        int[] places = [0];
        for (int axis = 2; axis < from.Rank; axis++)
        {
            int at = Array.IndexOf(axes, axis), size = from[axis];
            int[] sources = at < 0 ? [.. Enumerable.Range(0, size)] : new ResizeAxis(call.Attributes, size, to[axis], factors[at], (0.0, 1.0)).Sources;
            places = [.. from place in places from source in sources select place * size + source];
        }
        return places;
    }

    private static float[] Along(float[] x, int[] shape, int axis, int size, ResizeAxis table)
    {
        int before = shape[axis], inner = new Shape(shape).Count(axis + 1, shape.Length), outer = new Shape(shape).Count(0, axis);
        float[] y = new float[outer * size * inner];
        for (int i = 0; i < y.Length; i++)
        {
            int at = i / inner % size, first = i / inner / size * before * inner + i % inner;
            float sum = 0f;
            for (int tap = at * table.Taps; tap < (at + 1) * table.Taps; tap++) { sum = MathF.FusedMultiplyAdd(table.Weights[tap], x[first + table.Sources[tap] * inner], sum); }
            y[i] = sum;
        }
        return y;
    }

    private static void Extrapolate(StepCall call, Shape to, bool[]?[] outside)
    {
        if (!outside.Any(flags => flags is not null && flags.Contains(true))) { return; }
        Span<float> y = call.Output<float>(0);
        int[] strides = to.Strides();
        for (int i = 0; i < y.Length; i++)
        {
            for (int axis = 0; axis < strides.Length; axis++)
            {
                if (outside[axis] is { } flags && flags[i / strides[axis] % to[axis]]) { y[i] = call.Attributes.Float("extrapolation_value", 0f); }
            }
        }
    }

    /// <summary>The scale of each axis: stated, or size by size, or the same for all where the aspect ratio is kept.</summary>
    private static double[] Factors(NodeAttributes attributes, Shape shape, ImmutableArray<int> axes, ReadOnlySpan<float> scales, ReadOnlySpan<long> sizes)
    {
        double[] factors = new double[axes.Length];
        for (int i = 0; i < factors.Length; i++) { factors[i] = !scales.IsEmpty ? scales[i] : (double)sizes[i] / shape[axes[i]]; }
        if (scales.IsEmpty && KeepsAspect(attributes)) { Array.Fill(factors, attributes.String("keep_aspect_ratio_policy") == "not_larger" ? factors.Min() : factors.Max()); }
        return factors;
    }

    // Scales of a constant are known even where sizes are not: the batch axis keeps its name.
    private static Dimension KeptBatch(InferenceSite site, Dimension size, int axis) =>
        site.Constant(2) is { } scales && !site.Attributes.Contains("axes") && axis < scales.Length && scales.AsSpan<float>()[axis] == 1f ? size : Dimension.Unknown;

    private static bool KeepsAspect(NodeAttributes attributes) => attributes.String("keep_aspect_ratio_policy", "stretch") != "stretch";

    private static void OneOf(InferenceSite site, string name, string otherwise, string[] values)
    {
        string value = site.Attributes.String(name, otherwise);
        if (!values.Contains(value)) { throw site.Refuse($"{name} is '{value}'; expected {string.Join(", ", values)}"); }
    }
}
