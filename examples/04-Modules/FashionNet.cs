using Microsoft.ML.Quantization;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Modules;

namespace ModulesStepByStep;

/// <summary>Five convolutions, two of them with a bypass, as one would write them in PyTorch.</summary>
public sealed class FashionNet : Module
{
    /// <summary>Random parameters.</summary>
    public FashionNet()
    {
        RegisterModule("quant", new QuantStub());
        foreach ((string name, int inputs, int outputs) in ((string, int, int)[])[("stem", 1, 32), ("c2", 32, 48), ("a", 48, 48), ("b", 48, 48), ("c3", 48, 96)])
        {
            RegisterModule(name, new Conv2d(inputs, outputs, [3], new() { Padding = [1] }));
            if (name != "b") { RegisterModule(name + "_relu", new ReLU()); }
        }
        RegisterModule("pool", new MaxPool2d([2]));
        RegisterModule("bypass", new FloatFunctional());
        RegisterModule("gap", new AdaptiveAvgPool2d([1]));
        RegisterModule("fc", new Linear(96, 10));
        RegisterModule("dequant", new DeQuantStub());
    }

    /// <inheritdoc/>
    public override string TypeName => "FashionNet";

    /// <summary>The parameters of a network that PyTorch trained and exported: it calls its nodes as its modules.</summary>
    public static StateDict StateOf(Graph exported)
    {
        (string Module, string Node)[] layers = [("stem", "/stem/stem.0/Conv"), ("c2", "/c2/c2.0/Conv"), ("a", "/res/a/a.0/Conv"), ("b", "/res/b/b.0/Conv"), ("c3", "/c3/c3.0/Conv"), ("fc", "/fc/Gemm")];
        return new(layers.SelectMany(layer => Parameters(layer.Module, exported.Node(layer.Node))));

        IEnumerable<KeyValuePair<string, StateEntry>> Parameters(string module, Node node) =>
        [
            new($"{module}.weight", new(exported.Constant(node.Inputs[1]), null, IsParameter: true)),
            new($"{module}.bias", new(exported.Constant(node.Inputs[2]), null, IsParameter: true)),
        ];
    }

    // Children are asked for by name each time, because quantization puts others in their place.
    /// <inheritdoc/>
    protected override Value Compute(Value value)
    {
        Value x = Run(value, "quant", "stem", "stem_relu", "pool", "c2", "c2_relu", "pool");
        x = ((FunctionalModule)this["bypass"]).AddRelu(x, Run(x, "a", "a_relu", "b"));
        return Run(Run(x, "c3", "c3_relu", "gap").Flatten(1), "fc", "dequant");
    }

    private Value Run(Value value, params string[] names) => names.Aggregate(value, (x, name) => this[name].Forward(x));
}
