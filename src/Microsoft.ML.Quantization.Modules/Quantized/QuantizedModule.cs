using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Modules.Quantized;

/// <summary>A module from codes to codes with a map of its own: buffers <c>scale</c> and <c>zero_point</c>.</summary>
public abstract class QuantizedModule : Module
{
    private protected QuantizedModule(string name, OutputMap output)
    {
        TypeName = name;
        RegisterBuffer("scale", Tensor.Scalar(output.Scale));
        RegisterBuffer("zero_point", Tensor.Scalar((long)output.ZeroPoint));
    }

    /// <inheritdoc/>
    public override string TypeName { get; }

    /// <summary>Scale and zero point of the result.</summary>
    public OutputMap Output => new(Entry("scale")!.AsSpan<double>()[0], checked((int)Entry("zero_point")!.AsSpan<long>()[0]));

    /// <summary>Runs on codes, or writes nodes between DequantizeLinear and QuantizeLinear.</summary>
    /// <param name="value">The input.</param>
    /// <param name="codes">On codes.</param>
    /// <param name="write">Writes nodes from the reals of the input to those of the result.</param>
    private protected Value Run(Value value, Func<QuantizedTensor, QuantizedTensor> codes, Func<Trace, TracedValue, string> write) => Run([value], all => codes(all[0]), (trace, all) => write(trace, all[0]));

    private protected Value Run(ImmutableArray<Value> values, Func<ImmutableArray<QuantizedTensor>, QuantizedTensor> codes, Func<Trace, ImmutableArray<TracedValue>, string> write)
    {
        if (values.FirstOrDefault(value => !value.IsQuantized) is { } plain)
        {
            throw new QuantizationException($"{TypeName} was given {plain}; expected codes. Put a {nameof(QuantStub)} before it and convert the model anew.");
        }
        if (values[0].Traced is not { } traced) { return codes([.. values.Select(value => value.ToQuantizedTensor())]); }
        return new(traced.Trace.Quantize(write(traced.Trace, [.. values.Select(value => value.Traced!)]), Trace.Map(Output, traced.Map!.Type)));
    }
}
