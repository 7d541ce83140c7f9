using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Elements before and behind each axis, or fewer where pads are negative: one value (<c>constant</c>), the outermost (<c>edge</c>), those
/// mirrored at it (<c>reflect</c>) or from the other end (<c>wrap</c>). ONNX Pad, opset 9 to 28: pads and value are attributes before opset 11
/// and inputs from then on, with axes from 18 on. On codes the value is quantized.
/// </summary>
internal sealed class Pad : IOperator
{
    public OperatorSchema Schema { get; } = new("Pad", 9, 1, 4);

    public OperatorTraits Traits { get; } = new() { Observation = ObservationType.OutputSharesObserverWithInput, IsSetting = static index => index > 0 };

    public ImmutableArray<TensorFact> Infer(InferenceSite site)
    {
        TensorFact x = site.Input(0);
        PadPlaces.Check(site);
        if (site.IsOpen(1, 3)) { return [x.Opened()]; }
        ImmutableArray<long> pads = site.Setting("pads", 1) ?? throw site.Refuse("its pads are missing");
        ImmutableArray<int> axes = site.Setting("axes", 3) is { } stated ? site.AxisList(stated, x.Rank) : [.. Enumerable.Range(0, x.Rank)];
        if (pads.Length != 2 * axes.Length || pads.Any(pad => pad is < -(1 << 24) or > 1 << 24)) { throw site.Refuse($"pads is [{string.Join(", ", pads)}]; expected {2 * axes.Length} numbers in {-(1 << 24)}..{1 << 24}, those before each axis first"); }
        if (site.OptionalInput(2) is { } value && (value.Type != x.Type || Axes.Product(value.Dimensions) is not { Size: null or 1 })) { throw site.Refuse($"its value (input 2) is {value}; expected one {x.Type.Name()}"); }
        Dimension[] dimensions = [.. x.Dimensions];
        for (int i = 0; i < axes.Length; i++)
        {
            long more = pads[i] + pads[i + axes.Length];
            if (more != 0) { dimensions[axes[i]] = dimensions[axes[i]].Size is not { } size ? Dimension.Unknown : size + more >= 0 ? checked((int)(size + more)) : throw site.Refuse($"its pads leave {size + more} elements on axis {axes[i]}; expected 0 or more"); }
            PadPlaces.CheckReach(site, x.Dimensions[axes[i]], pads[i], pads[i + axes.Length]);
        }
        return [x with { Dimensions = [.. dimensions] }];
    }

    public void Forward(StepCall call)
    {
        switch (call.InputType(0).SizeInBytes())
        {
            case 1: Run(call, Value<byte>(call)); break;
            case 2: Run(call, Value<ushort>(call)); break;
            case 4: Run(call, Value<uint>(call)); break;
            default: Run(call, Value<ulong>(call)); break;
        }
    }

    public Step Bind(BindSite site) => new AnyLayoutStep(this);

    public string? DeclineInteger(IntegerSite site) => IntegerChecks.SameMap(site)
        ?? (site.Input(2) is { Constant: null } ? "its value is computed while the model runs" : null);

    public Step BindInteger(IntegerSite site)
    {
        float value = site.Input(2)?.Constant is { } constant ? constant.AsSpan<float>()[0] : site.Node.Attributes.Float("value", 0f);
        return new CodeStep((byte)Codes.Quantize(value, site.Output!));
    }

    private static T Value<T>(StepCall call) where T : unmanaged => call.HasInput(2) ? call.Input<T>(2)[0]
        : call.InputType(0) == ElementType.Float32 ? System.Runtime.InteropServices.MemoryMarshal.Cast<float, T>([call.Attributes.Float("value", 0f)])[0]
        : default;

    private static void Run<T>(StepCall call, T value) where T : unmanaged
    {
        Shape input = call.InputShape(0), output = call.OutputShape(0);
        ReadOnlySpan<T> x = call.Input<T>(0);
        Span<T> y = call.Output<T>(0);
        int[]?[] places = LayoutView.InMemory<int[]?>(PadPlaces.Of(call, input, output), call.Layout);
        int[] strides = LayoutView.InMemory<int>(LayoutView.Strides(input, call.Layout), call.Layout), index = new int[output.Rank];
        output = LayoutView.InMemory(output, call.Layout);
        for (int target = 0; target < y.Length; target++)
        {
            int source = 0;
            for (int axis = 0; axis < index.Length && source >= 0; axis++)
            {
                int place = places[axis] is { } table ? table[index[axis]] : index[axis];
                source = place < 0 ? -1 : source + place * strides[axis];
            }
            y[target] = source < 0 ? value : x[source];
            for (int axis = index.Length - 1; axis >= 0 && ++index[axis] == output[axis]; axis--) { index[axis] = 0; }
        }
    }

    private sealed class CodeStep(byte code) : Step
    {
        public override BufferLayout Layout => BufferLayout.Any;

        public override void Run(StepCall call) => Pad.Run(call, code);
    }
}
