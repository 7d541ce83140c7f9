using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>
/// Codes in, float inside, codes out, in one step: <c>quantize(op(dequantize(x), …))</c> with the bits of the three. For operators whose
/// sums or quotients need more than 8 bits: Softmax, normalizations, means, sums of several maps. The floats live in scratch memory.
/// </summary>
internal sealed class RealStep : Step
{
    private readonly Node _node;
    private readonly Step _inner;
    private readonly CodeParameters?[] _inputs;
    private readonly CodeParameters _output;

    private RealStep(Node node, Step inner, CodeParameters?[] inputs, CodeParameters output) => (_node, _inner, _inputs, _output) = (node, inner, inputs, output);

    /// <summary>Whether a group whose operator has no integer form can run so. Products with weights cannot: for them float is a loss that the report must show.</summary>
    public static bool Accepts(IOperator op, IntegerSite site) =>
        site.Output is { } output && IntegerGroups.IsByte(output) && op is not IValueOperator && op.Traits.WeightInput is null && site.Node.Outputs.Length == 1
        && site.Node.Domain.Length == 0 && !site.Node.Attributes.Any(attribute => attribute.Value is Graph)
        && site.Inputs.Any(input => input is { Parameters: not null, Constant: null })
        && site.Inputs.All(input => input?.Parameters is not { } map || IntegerGroups.IsByte(map));

    /// <summary>The step for a group that was accepted.</summary>
    public static Step Bind(IOperator op, IntegerSite site)
    {
        ImmutableArray<TensorFact?> facts = [.. site.Inputs.Select(input => input?.Parameters is null ? input?.Fact : input.Fact with { Type = ElementType.Float32 })];
        ImmutableArray<Tensor?> constants = [.. site.Inputs.Select(input => input is { Constant: { } constant, Parameters: { } map } ? Reals(constant, map) : input?.Constant)];
        Step inner = op.Bind(new(site.Node, site.Opset, site.Engine, facts, [site.OutputFact with { Type = ElementType.Float32 }], constants));
        return new RealStep(site.Node, inner, [.. site.Inputs.Select(input => input?.Parameters is { } map ? CodeParameters.From(map) : (CodeParameters?)null)], CodeParameters.From(site.Output!));
    }

    public override BufferLayout Layout => _inner.Layout;

    public override bool Reads(int index) => _inner.Reads(index);

    public override object Prepare(StepCall call)
    {
        ImmutableArray<(ElementType, Shape)?> inputs = [.. call.Inputs.Select((input, i) => input is { } codes && _inputs[i] is not null ? (ElementType.Float32, codes.Shape) : input)];
        var floats = new StepCall(_node, call.Engine, inputs, [(ElementType.Float32, call.OutputShape(0))], call.Layout) { Workers = call.Workers };
        floats.State = _inner.Prepare(floats);
        return floats;
    }

    public override int ScratchBytes(StepCall call)
    {
        var floats = (StepCall)call.State!;
        int bytes = Size(call.OutputShape(0)) + _inner.ScratchBytes(floats);
        for (int i = 0; i < _inputs.Length; i++) { bytes = checked(bytes + (IsRead(call, i) ? Size(call.InputShape(i)) : 0)); }
        return bytes;
    }

    public override void Run(StepCall call)
    {
        var floats = (StepCall)call.State!;
        Memory<byte> scratch = call.ScratchMemory;
        for (int i = 0; i < _inputs.Length; i++)
        {
            if (!call.HasInput(i)) { continue; }
            if (!IsRead(call, i))
            {
                floats.SetInput(i, call.InputMemory(i));
                continue;
            }
            floats.SetInput(i, Take(ref scratch, Size(call.InputShape(i))));
            call.Engine.Dequantize(call.Input<byte>(i), floats.WritableInput(i), _inputs[i]!.Value);
        }
        floats.SetOutput(0, Take(ref scratch, Size(call.OutputShape(0))));
        floats.ScratchMemory = scratch;
        _inner.Run(floats);
        call.Engine.Quantize(floats.Output<float>(0), call.Output<byte>(0), _output);
    }

    private bool IsRead(StepCall call, int input) => call.HasInput(input) && _inputs[input] is not null;

    // With the slack that engines may read behind.
    private static int Size(Shape shape) => checked((shape.Length * sizeof(float) + Engine.ReadSlack + 63) / 64 * 64);

    private static Memory<byte> Take(ref Memory<byte> scratch, int bytes)
    {
        Memory<byte> taken = scratch[..bytes];
        scratch = scratch[bytes..];
        return taken;
    }

    private static Tensor Reals(Tensor codes, QuantizationParameters map)
    {
        var reals = new Tensor(ElementType.Float32, codes.Shape);
        EngineList.Reference.Dequantize(codes.Bytes, reals.AsSpan<float>(), CodeParameters.From(map));
        return reals;
    }
}
