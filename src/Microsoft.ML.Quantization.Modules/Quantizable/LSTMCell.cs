using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules.Quantizable;

/// <summary>
/// One step of an LSTM made of modules, so that every value between has a range: <c>igates</c> and <c>hgates</c> are linear layers, <c>gates</c>, <c>fgate_cx</c>, <c>igate_cgate</c>, <c>fgate_cx_igate_cgate</c> and
/// <c>ogate_cy</c> sums and products. PyTorch's <c>torch.nn.quantizable.LSTMCell</c>. Values: x [batch, inputs], h and c [batch, hidden]; results: h' and c'.
/// </summary>
public sealed class LSTMCell : Module
{
    private readonly int _hiddenSize;

    /// <param name="igates">The product with the input, [4 · hidden, inputs].</param>
    /// <param name="hgates">The product with the state, [4 · hidden, hidden].</param>
    public LSTMCell(Linear igates, Linear hgates)
    {
        _hiddenSize = hgates.Weight.Shape[1];
        RegisterModule("igates", igates);
        RegisterModule("hgates", hgates);
        foreach (string name in (string[])["gates", "fgate_cx", "igate_cgate", "fgate_cx_igate_cgate", "ogate_cy"]) { RegisterModule(name, new FloatFunctional()); }
    }

    /// <inheritdoc/>
    public override string TypeName => "nn.quantizable.LSTMCell";

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values)
    {
        if (values.Length is not (1 or 3)) { throw new QuantizationException($"{TypeName} was given {values.Length} values; expected the input alone, or with two states."); }
        Value x = values[0], zeros = ZeroState.For(x, x.Dimensions[0].Size ?? 1, _hiddenSize);
        (Value h, Value c) = values.Length == 3 ? (values[1], values[2]) : (zeros, zeros);
        Value gates = Functional("gates").Add(this["igates"].Forward(x), this["hgates"].Forward(h));
        Value input = Functions.Sigmoid(Gate(0)), forget = Functions.Sigmoid(Gate(1)), fresh = Functions.Tanh(Gate(2)), output = Functions.Sigmoid(Gate(3));
        Value cell = Functional("fgate_cx_igate_cgate").Add(Functional("fgate_cx").Mul(forget, c), Functional("igate_cgate").Mul(input, fresh));
        return [Functional("ogate_cy").Mul(output, Functions.Tanh(cell)), cell];

        Value Gate(int index) => gates.Narrow(1, index * _hiddenSize, _hiddenSize);
    }

    private FunctionalModule Functional(string name) => (FunctionalModule)this[name];
}

/// <summary>The state before the first step: zeros, as codes with scale 1 and zero point 0 where the input has codes.</summary>
internal static class ZeroState
{
    public static Value For(Value input, int batch, int size)
    {
        var shape = new Shape(batch, size);
        return input.IsQuantized ? QuantizedTensor.EmptyAffine(shape, 1, 0, input.Traced?.Map!.Type ?? input.ToQuantizedTensor().Type) : new Tensor(ElementType.Float32, shape);
    }
}
