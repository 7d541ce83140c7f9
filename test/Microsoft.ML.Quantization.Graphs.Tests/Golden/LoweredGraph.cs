using System.Text.Json;
using System.Globalization;
using Microsoft.ML.Quantization.Kernels;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>Computes a graph dump of PyTorch's FX mode with the functions of the product: its arithmetic, not its capture.</summary>
internal sealed class LoweredGraph(GoldenCase golden)
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private int _inputs;

    /// <summary>The outputs, and for each the scale of the codes it was read from; 0 for reals that were never codes.</summary>
    public List<(Tensor Value, double Scale)> Outputs { get; } = [];

    public void Run()
    {
        foreach (JsonElement node in golden.Expected.GetProperty("lowered_graph").EnumerateArray())
        {
            string name = node.GetProperty("name").GetString()!, target = node.GetProperty("target").GetString()!;
            string[] args = [.. node.GetProperty("args").EnumerateArray().Select(arg => arg.GetString()!)];
            switch (node.GetProperty("op").GetString())
            {
                case "placeholder": _values[name] = GoldenCase.Tensor(golden.Inputs.GetProperty("x")[_inputs++]).ToTensor(); break;
                case "get_attr": _values[name] = Attribute(target); break;
                case "call_function": _values[name] = Function(target, args); break;
                case "call_module": _values[name] = Module(target, node.GetProperty("module_type").GetString()!, args); break;
                case "call_method": _values[name] = Method(target, args); break;
                default: Finish(args); break;
            }
        }
    }

    private object Attribute(string name) => golden.Expected.GetProperty("attributes").TryGetProperty(name, out JsonElement json) ? GoldenCase.Tensor(json).Single : name;

    private object Function(string target, string[] args) => (target[(target.LastIndexOf('.') + 1)..], target.Contains("quantized", StringComparison.Ordinal)) switch
    {
        ("quantize_per_tensor", _) => QuantizedTensor.QuantizePerTensor(Real(args[0]), Number(args[1]), (int)Number(args[2]), ElementType.QUInt8),
        ("add", false) => Sum(Real(args[0]), Real(args[1])),
        ("add", true) => Arithmetic.Add(Codes(args[0]), Codes(args[1]), Number(args[2]), (int)Number(args[3])),
        ("add_relu", true) => Arithmetic.AddRelu(Codes(args[0]), Codes(args[1]), Number(args[2]), (int)Number(args[3])),
        ("mul", true) => TensorScalarArithmetic.MulScalar(Codes(args[0]), Number(args[1])),
        ("cat", _) => Cat([.. args[0].Trim('[', ']').Split(", ").Select(Codes)], (int)Number(args[1])),
        ("flatten", _) => Codes(args[0]).Flatten((int)Number(args[1])),
        ("tanh", _) => Activations.Tanh(Codes(args[0])),
        ("sigmoid", _) => Activations.Sigmoid(Codes(args[0])),
        ("linear_relu", true) => LinearProducts.LinearRelu(Codes(args[0]), Weight("w"), Parameter("bi"), Number(args[2]), (int)Number(args[3])),
        ("conv2d_relu", true) => Convolutions.Conv2dRelu(Codes(args[0]), Weight("cw"), null, Number(args[2]), (int)Number(args[3]), ConvertedModule.Padded),
        _ => throw new NotSupportedException(target),
    };

    private object Module(string target, string type, string[] args)
    {
        bool isConverted = golden.Expected.GetProperty("converted").TryGetProperty(target, out JsonElement json);
        var module = isConverted ? new ConvertedModule(json) : null;
        return type switch
        {
            "Dropout" => _values[args[0]],
            "Sigmoid" => _values[args[0]] is Tensor real ? Map(real, FloatMath.Sigmoid) : Activations.Sigmoid(Codes(args[0])),
            "AdaptiveAvgPool2d" => AdaptiveAveragePools.AdaptiveAvgPool2d(Codes(args[0]), [1]),
            "MaxPool2d" => MaxPools.MaxPool2d(Codes(args[0]), [2]),
            "LayerNorm" => Normalization.LayerNorm(Codes(args[0]), Parameter(target + ".weight")!.Shape.Sizes.AsSpan(), Parameter(target + ".weight"), Parameter(target + ".bias"), 1e-5, module!.Scale, module.ZeroPoint),
            _ => module!.IsDynamic ? module.RunDynamic(Real(args[0])) : module.Run(Codes(args[0])),
        };
    }

    private object Method(string target, string[] args) => (target, _values[args[0]]) switch
    {
        ("dequantize", QuantizedTensor codes) => codes,
        ("reshape" or "view", QuantizedTensor codes) => codes.Reshape([.. args.Skip(1).Select(arg => (int)Number(arg))]),
        ("permute", QuantizedTensor codes) => codes.Permute([.. args.Skip(1).Select(arg => (int)Number(arg))]),
        // Of the shapes in the files: axes in their order, and a view of the same sizes.
        ("permute" or "view", Tensor real) => real,
        _ => throw new NotSupportedException(target),
    };

    private void Finish(string[] args)
    {
        foreach (string name in args[0].Trim('(', ')').Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            Outputs.Add(_values[name] is QuantizedTensor codes ? (codes.Dequantize(), codes.QScale) : ((Tensor)_values[name], 0));
        }
    }

    private static QuantizedTensor Cat(QuantizedTensor[] parts, int axis) => Concatenation.Cat(parts, axis, parts[0].QScale, parts[0].QZeroPoint);

    private QuantizedTensor Weight(string name) => ConvertedModule.Observed(Parameter(name)!, golden.Text("mapping")!.EndsWith("_pc", StringComparison.Ordinal));

    private Tensor? Parameter(string name) => golden.Inputs.GetProperty("params").TryGetProperty(name, out JsonElement json) ? GoldenCase.Tensor(json).ToTensor() : null;

    private QuantizedTensor Codes(string name) => (QuantizedTensor)_values[name];

    private Tensor Real(string name) => (Tensor)_values[name];

    private double Number(string arg) => _values.TryGetValue(arg, out object? value) ? (double)value : double.Parse(arg, CultureInfo.InvariantCulture);

    private static Tensor Sum(Tensor a, Tensor b)
    {
        var sum = new Tensor(ElementType.Float32, a.Shape);
        for (int i = 0; i < sum.Length; i++) { sum.AsSpan<float>()[i] = a.AsSpan<float>()[i] + b.AsSpan<float>()[i]; }
        return sum;
    }

    private static Tensor Map(Tensor x, Func<float, float> function)
    {
        Tensor y = Tensor.Create<float>(x.AsSpan<float>(), x.Shape);
        foreach (ref float value in y.AsSpan<float>()) { value = function(value); }
        return y;
    }
}
