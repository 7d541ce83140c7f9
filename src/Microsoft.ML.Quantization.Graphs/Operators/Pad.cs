using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Elements of one value before and behind each axis. ONNX Pad, opset 9 to 21, mode constant: pads and value are attributes before opset 11
/// and inputs from then on, with axes from 18 on. On codes the value is quantized.
/// </summary>
internal sealed class Pad : IOperator
{
    public OperatorSchema Schema { get; } = new("Pad", 9, 1, 4);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Float(0);
        string mode = site.Attributes.String("mode", "constant");
        site.Unsupported(mode != "constant", $"mode '{mode}'", "use mode 'constant'");
        ImmutableArray<long> pads = site.Setting("pads", 1) ?? throw site.Refuse("its pads are missing");
        ImmutableArray<int> axes = site.Setting("axes", 3) is { } stated ? site.AxisList(stated, x.Rank) : [.. Enumerable.Range(0, x.Rank)];
        if (pads.Length != 2 * axes.Length || pads.Any(pad => pad is < 0 or > 1 << 24)) { throw site.Refuse($"pads is [{string.Join(", ", pads)}]; expected {2 * axes.Length} numbers in 0..{1 << 24}, those before each axis first"); }
        if (site.OptionalInput(2) is { } value && (value.Type != x.Type || Axes.Product(value.Dimensions) is not { Size: null or 1 })) { throw site.Refuse($"its value (input 2) is {value}; expected one {x.Type.Name()}"); }
        Dimension[] dimensions = [.. x.Dimensions];
        for (int i = 0; i < axes.Length; i++)
        {
            long more = pads[i] + pads[i + axes.Length];
            if (more > 0) { dimensions[axes[i]] = dimensions[axes[i]].Size is { } size ? checked((int)(size + more)) : Dimension.Unknown; }
        }
        return [x with { Dimensions = [.. dimensions] }];
    }

    public void Forward(StepCall call) => Run(call, call.HasInput(2) ? call.Input<float>(2)[0] : call.Attributes.Float("value", 0f));

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site)
        ?? (site.Input(2) is { Constant: null } ? "its value is computed while the model runs" : null);

    public Step BindInteger(IntegerSite site)
    {
        float value = site.Input(2)?.Constant is { } constant ? constant.AsSpan<float>()[0] : site.Node.Attributes.Float("value", 0f);
        return new CodeStep((byte)Codes.Quantize(value, site.Output!));
    }

    private static void Run<T>(StepCall call, T value) where T : unmanaged
    {
        Shape input = call.InputShape(0), output = call.OutputShape(0);
        ReadOnlySpan<T> x = call.Input<T>(0);
        Span<T> y = call.Output<T>(0);
        y.Fill(value);
        if (x.IsEmpty) { return; }
        if (input.Rank == 0)
        {
            y[0] = x[0];
            return;
        }
        ImmutableArray<long> pads = call.Setting("pads", 1)!.Value;
        ImmutableArray<long> axes = call.Setting("axes", 3) ?? [.. Enumerable.Range(0, input.Rank).Select(axis => (long)axis)];
        int[] strides = output.Strides();
        int first = 0, row = input[input.Rank - 1];
        for (int i = 0; i < axes.Length; i++) { first += (int)pads[i] * strides[Axes.FromFront(axes[i], input.Rank)]; }
        var walk = new StridedWalk(input.Sizes.AsSpan(), strides, strides, stackalloc int[input.Rank]);
        for (int source = 0; source < x.Length; source += row, walk.NextRow()) { x.Slice(source, row).CopyTo(y[(first + walk.Left)..]); }
    }

    private sealed class CodeStep(byte code) : Step
    {
        public override void Run(StepCall call) => Pad.Run(call, code);
    }
}
