using System.Text.Json;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary>fc1 – relu – fc2 – sig – fc3 between stubs, as the golden files call them.</summary>
internal sealed class Mlp : Module
{
    private readonly bool _stubs;

    public Mlp(bool stubs = true)
    {
        _stubs = stubs;
        if (stubs)
        {
            RegisterModule("quant", new QuantStub());
            RegisterModule("dequant", new DeQuantStub());
        }
        RegisterModule("fc1", new Linear(6, 8));
        RegisterModule("relu", new ReLU());
        RegisterModule("fc2", new Linear(8, 8));
        RegisterModule("sig", new Sigmoid());
        RegisterModule("fc3", new Linear(8, 3));
    }

    public override string TypeName => "Mlp";

    protected override Value Compute(Value value)
    {
        foreach (string name in _stubs ? (string[])["quant", "fc1", "relu", "fc2", "sig", "fc3", "dequant"] : ["fc1", "relu", "fc2", "sig", "fc3"]) { value = this[name].Forward(value); }
        return value;
    }
}

/// <summary>Two convolutions with batch normalization and a sum around the second, as the golden files call them.</summary>
internal sealed class Cnn : Module
{
    public Cnn()
    {
        RegisterModule("quant", new QuantStub());
        RegisterModule("dequant", new DeQuantStub());
        RegisterModule("ff", new FloatFunctional());
        RegisterModule("conv1", new Conv2d(3, 4, [3], new() { Padding = [1] }));
        RegisterModule("bn1", new BatchNorm2d(4));
        RegisterModule("relu1", new ReLU());
        RegisterModule("conv2", new Conv2d(4, 4, [3], new() { Padding = [1] }, bias: false));
        RegisterModule("bn2", new BatchNorm2d(4));
        RegisterModule("relu2", new ReLU());
        RegisterModule("pool", new AdaptiveAvgPool2d([1]));
        RegisterModule("fc", new Linear(4, 5));
    }

    public override string TypeName => "Cnn";

    protected override Value Compute(Value value)
    {
        Value left = Run(value, "quant", "conv1", "bn1", "relu1"), right = Run(left, "conv2", "bn2");
        Value sum = ((FunctionalModule)this["ff"]).Add(left, right);
        return Run(Run(sum, "relu2", "pool").Flatten(1), "fc", "dequant");
    }

    private Value Run(Value value, params string[] names) => names.Aggregate(value, (x, name) => this[name].Forward(x));
}

/// <summary>Golden cases as states and values.</summary>
internal static class GoldenModules
{
    /// <summary>The cases of a file; another test owns it and its counts.</summary>
    public static IReadOnlyList<GoldenCase> Cases(string file)
    {
        IReadOnlyList<GoldenCase> cases = GoldenFile.Open(file).Cases;
        Assert.IsNotEmpty(cases);
        return cases;
    }

    /// <summary>The parameters of a case.</summary>
    public static StateDict State(GoldenCase c) => new(c.Inputs.GetProperty("params").EnumerateObject().Where(entry => GoldenTensor.IsTensor(entry.Value))
        .Select(entry => KeyValuePair.Create(entry.Name, new StateEntry(GoldenCase.Tensor(entry.Value).ToTensor(), null, IsParameter: true))));

    /// <summary>The codes of a golden tensor.</summary>
    public static QuantizedTensor Quantized(GoldenTensor golden) => QuantizedTensor.FromCodes(golden.ToTensor(), golden.IsPerChannel
        ? TensorQuantizer.PerChannel(golden.Scales, [.. golden.ZeroPoints.Select(zero => (int)zero)], golden.Axis, Type(golden))
        : TensorQuantizer.PerTensor(golden.Scale, golden.ZeroPoint, Type(golden)));

    public static Tensor Tensor(JsonElement json) => GoldenCase.Tensor(json).ToTensor();

    /// <summary>Fails when an element differs by more than allowed.</summary>
    public static void Near(GoldenTensor expected, Tensor actual, double relative, double absolute, string what)
    {
        Assert.AreEqual(expected.Shape, actual.Shape, what);
        float[] values = expected.Floats;
        Span<float> found = actual.AsSpan<float>();
        for (int i = 0; i < values.Length; i++) { Assert.AreEqual(values[i], found[i], absolute + relative * Math.Abs(values[i]), $"{what}[{i}]"); }
    }

    /// <summary>Fails when parameters differ, or codes by more than some steps.</summary>
    public static void Codes(GoldenTensor expected, QuantizedTensor actual, int steps, string what)
    {
        Assert.AreEqual(expected.Shape, actual.Shape, what);
        if (!expected.IsPerChannel)
        {
            Assert.AreEqual(expected.Scale, actual.QScale, what + " scale");
            Assert.AreEqual(expected.ZeroPoint, actual.QZeroPoint, what + " zero point");
        }
        else { CollectionAssert.AreEqual(expected.Scales, actual.QPerChannelScales.ToArray(), what + " scales"); }
        int[] codes = expected.Ints;
        Tensor found = actual.Codes();
        for (int i = 0; i < codes.Length; i++)
        {
            int code = found.Type == ElementType.UInt8 ? found.AsSpan<byte>()[i] : found.AsSpan<sbyte>()[i];
            Assert.IsLessThanOrEqualTo(steps, Math.Abs(codes[i] - code), $"{what}[{i}]: expected code {codes[i]}, found {code}");
        }
    }

    private static ElementType Type(GoldenTensor golden) => golden.Type == ElementType.UInt8 ? ElementType.QUInt8 : ElementType.QInt8;
}
