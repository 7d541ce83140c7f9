using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Modules.Quantizable;

/// <summary>
/// LSTM layers made of modules, which observers and conversion reach: children <c>layers.0.layer_fw.cell</c>, <c>layers.0.layer_bw.cell</c>, … (<see cref="LSTMCell"/>). PyTorch's <c>torch.nn.quantizable.LSTM</c>, and
/// <c>torch.nn.quantized.LSTM</c> once converted. Values and results are those of <see cref="Modules.LSTM"/>.
/// </summary>
public sealed class LSTM : Module
{
    private readonly int _hiddenSize;
    private readonly bool _batchFirst, _bidirectional;
    private string _name = "nn.quantizable.LSTM";

    /// <param name="source">The layers.</param>
    public LSTM(Modules.LSTM source)
    {
        (_hiddenSize, _batchFirst, _bidirectional) = (source.HiddenSize, source.BatchFirst, source.Bidirectional);
        RegisterModule("layers", new ModuleList(source.Parts().GroupBy(part => part.Layer).Select(parts => new Layer(source, [.. parts.Select(part => part.Suffix)]))));
    }

    /// <inheritdoc/>
    public override string TypeName => _name;

    /// <summary>A copy whose modules a conversion replaced.</summary>
    internal static LSTM Converted(LSTM observed, Action<Module> inside)
    {
        var converted = (LSTM)observed.Clone();
        inside(converted);
        converted._name = "nn.quantized.LSTM";
        return converted;
    }

    /// <inheritdoc/>
    protected override ImmutableArray<Value> Compute(ImmutableArray<Value> values)
    {
        if (values.Length is not (1 or 3) || values[0].Rank != 3) { throw new QuantizationException($"{TypeName} was given {string.Join(", ", values)}; expected {(_batchFirst ? "[batch, time, inputs]" : "[time, batch, inputs]")} alone, or with two states."); }
        Value x = _batchFirst ? values[0].Transpose(0, 1) : values[0];
        int directions = _bidirectional ? 2 : 1, at = 0;
        Value zeros = ZeroState.For(x, x.Dimensions[1].Size ?? 1, _hiddenSize);
        var hidden = new List<Value>();
        var cells = new List<Value>();
        foreach (Module layer in this["layers"].Children.Values)
        {
            var outputs = new List<Value>();
            foreach ((string name, bool reversed) in directions == 2 ? [("layer_fw", false), ("layer_bw", true)] : (ImmutableArray<(string, bool)>)[("layer_fw", false)])
            {
                (Value h, Value c) = values.Length == 3 ? (values[1].Select(0, at), values[2].Select(0, at)) : (zeros, zeros);
                (Value output, h, c) = Run(layer[name]["cell"], x, h, c, reversed);
                outputs.Add(output);
                hidden.Add(h);
                cells.Add(c);
                at++;
            }
            x = outputs.Count == 1 ? outputs[0] : Value.Cat(outputs, 2);
        }
        return [_batchFirst ? x.Transpose(0, 1) : x, Value.Stack(hidden), Value.Stack(cells)];
    }

    private static (Value Output, Value Hidden, Value Cell) Run(Module cell, Value x, Value h, Value c, bool reversed)
    {
        int time = x.Dimensions[0].Size ?? throw new QuantizationException($"An LSTM of modules was given {x}; expected a known number of steps, each of which it writes into the graph.");
        if (time == 0) { throw new QuantizationException("An LSTM of modules was given a sequence without steps; expected at least one."); }
        var steps = new Value[time];
        for (int i = 0; i < time; i++)
        {
            int t = reversed ? time - 1 - i : i;
            ImmutableArray<Value> states = cell.Forward([x.Select(0, t), h, c]);
            (h, c) = (states[0], states[1]);
            steps[t] = h;
        }
        return (Value.Stack(steps), h, c);
    }

    /// <summary>One layer: a cell for each direction.</summary>
    private sealed class Layer : Module
    {
        public Layer(Modules.LSTM source, string[] suffixes)
        {
            for (int direction = 0; direction < suffixes.Length; direction++) { RegisterModule(direction == 0 ? "layer_fw" : "layer_bw", new Direction(source, suffixes[direction])); }
        }

        public override string TypeName => "nn.quantizable._LSTMLayer";
    }

    /// <summary>One direction of a layer.</summary>
    private sealed class Direction : Module
    {
        public Direction(Modules.LSTM source, string suffix) => RegisterModule("cell", new LSTMCell(
            new Linear(source.Entry("weight_ih" + suffix)!, source.Entry("bias_ih" + suffix)), new Linear(source.Entry("weight_hh" + suffix)!, source.Entry("bias_hh" + suffix))));

        public override string TypeName => "nn.quantizable._LSTMSingleLayer";
    }
}
