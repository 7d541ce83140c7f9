using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary><c>e2e_eager_ptq.json</c>: fuse, prepare, calibrate and convert trees of modules; written by PyTorch 1.13.1 with its engine qnnpack.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class EagerModulesGolden
{
    public static IEnumerable<object[]> Every => GoldenModules.Cases("e2e_eager_ptq.json").Select(c => new object[] { c });

    // Histograms of 1.13 cut their bounds to whole numbers, which is not copied.
    public static IEnumerable<object[]> Exact => GoldenModules.Cases("e2e_eager_ptq.json").Where(c => c.Text("histogram_bug_note") is null).Select(c => new object[] { c });

    [TestMethod]
    [DynamicData(nameof(Exact))]
    public void Observers_see_the_ranges_and_propose_the_parameters_of_PyTorch(GoldenCase c)
    {
        Module prepared = Prepare(c);
        JsonElement expected = c.Expected.GetProperty("observers");
        string[] attached = [.. prepared.NamedModules().Where(entry => entry.Module is ObserverModule { Statistics: RangeObserver }).Select(entry => entry.Path).Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(expected.EnumerateObject().Select(observer => observer.Name).Order(StringComparer.Ordinal).ToArray(), attached);
        foreach (JsonProperty observer in expected.EnumerateObject())
        {
            var range = (RangeObserver)((ObserverModule)prepared[observer.Name]).Statistics;
            float minimum = (float)GoldenCase.Tensor(observer.Value.GetProperty("min_val")).Single, maximum = (float)GoldenCase.Tensor(observer.Value.GetProperty("max_val")).Single;
            double allowed = 1e-6 * Math.Max(Math.Abs(minimum), Math.Abs(maximum));
            Assert.AreEqual(minimum, range.Minima[0], allowed, observer.Name);
            Assert.AreEqual(maximum, range.Maxima[0], allowed, observer.Name);
            QuantizationParameters parameters = range.CalculateQParams();
            JsonElement qparams = observer.Value.GetProperty("qparams");
            Assert.AreEqual(GoldenCase.Tensor(qparams.GetProperty("scale")).Single, parameters.Scale, 1e-6 * parameters.Scale, observer.Name);
            Assert.AreEqual((int)GoldenCase.Tensor(qparams.GetProperty("zero_point")).Single, parameters.ZeroPoint, observer.Name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Every))]
    public void Convert_puts_the_modules_of_PyTorch_in_place(GoldenCase c)
    {
        Module converted = EagerQuantization.Convert(Prepare(c));
        foreach (JsonProperty type in c.Expected.GetProperty("module_types").EnumerateObject())
        {
            // Packed parameters are entries here, and the Identity behind a QFunctional is none.
            if (type.Name.EndsWith("_packed_params", StringComparison.Ordinal) || type.Name.EndsWith("activation_post_process", StringComparison.Ordinal)) { continue; }
            string name = converted[type.Name].TypeName;
            Assert.AreEqual(type.Value.GetString(), name[(name.LastIndexOf('.') + 1)..], type.Name);
        }
        foreach (JsonProperty module in c.Expected.GetProperty("converted").EnumerateObject())
        {
            if (!module.Value.TryGetProperty("weight", out JsonElement weight) || module.Name.EndsWith("_packed_params", StringComparison.Ordinal)) { continue; }
            // Folded weights differ by a float32 rounding of the factor, which can move one code.
            QuantizedTensor codes = converted[module.Name].Packed("weight");
            GoldenTensor golden = GoldenCase.Tensor(weight);
            bool folded = c.Text("model") == "cnn" && module.Name != "fc";
            double step = golden.IsPerChannel ? golden.Scales.Max() : golden.Scale;
            float[] expected = GoldenModules.Quantized(golden).Dequantize().AsSpan<float>().ToArray(), found = codes.Dequantize().AsSpan<float>().ToArray();
            for (int i = 0; i < expected.Length; i++) { Assert.AreEqual(expected[i], found[i], folded ? 1.001 * step : 1e-6 * step, $"{module.Name}.weight[{i}]"); }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Every))]
    public void Each_module_gives_the_codes_of_PyTorch(GoldenCase c)
    {
        Module converted = EagerQuantization.Convert(Prepare(c));
        JsonElement outputs = c.Expected.GetProperty("intermediate_outputs");
        new StateDict(Given(c)).LoadInto(converted);
        bool cnn = c.Text("model") == "cnn";
        foreach ((string name, string before) in cnn
            ? (IEnumerable<(string, string)>)[("quant", ""), ("conv1", "quant"), ("conv2", "conv1"), ("relu2", "ff.activation_post_process"), ("pool", "relu2"), ("fc", "pool")]
            : [("quant", ""), ("fc1", "quant"), ("fc2", "fc1"), ("sig", "fc2"), ("fc3", "sig")])
        {
            Value x = before.Length == 0 ? c.Input("x").ToTensor() : GoldenModules.Quantized(GoldenCase.Tensor(outputs.GetProperty(before)));
            Value y = converted[name].Forward(name == "fc" ? x.Flatten(1) : x);
            GoldenModules.Codes(GoldenCase.Tensor(outputs.GetProperty(name)), y.ToQuantizedTensor(), cnn ? 1 : 0, name);
        }
        // The whole tree: exact for the perceptron, one step of the output for the convolutions.
        GoldenModules.Near(c.Answer("output"), converted.Forward(c.Input("x").ToTensor()).ToTensor(), 0, cnn ? 1.001 * OutputScale(c) : 0, "output");
    }

    [TestMethod]
    [DynamicData(nameof(Exact))]
    public void The_whole_flow_ends_within_one_step_of_PyTorch(GoldenCase c)
    {
        Value y = EagerQuantization.Convert(Prepare(c)).Forward(c.Input("x").ToTensor());
        // Ranges differ in the last bit of float sums: scales by as much, and a code at a tie.
        GoldenModules.Near(c.Answer("output"), y.ToTensor(), 1e-5, 1.001 * OutputScale(c), "output");
    }

    [TestMethod]
    [DynamicData(nameof(Every))]
    public void Floats_are_those_of_PyTorch(GoldenCase c)
    {
        Module model = Build(c);
        GoldenModules.Near(c.Answer("float_output"), model.Forward(c.Input("x").ToTensor()).ToTensor(), 1e-5, 1e-6, "float output");
    }

    private static double OutputScale(GoldenCase c) => GoldenNumber.Read(c.Expected.GetProperty("converted").GetProperty(c.Text("model") == "cnn" ? "fc" : "fc3").GetProperty("scale"));

    private static Module Build(GoldenCase c)
    {
        Module model = c.Text("model") == "cnn" ? new Cnn() : new Mlp();
        GoldenModules.State(c).LoadInto(model);
        return model;
    }

    private static Module Prepare(GoldenCase c)
    {
        string[][] groups = [.. c.Attributes.GetProperty("fuse").EnumerateArray().Select(group => group.EnumerateArray().Select(name => name.GetString()!).ToArray())];
        Module fused = EagerQuantization.FuseModules(Build(c), groups);
        JsonElement qconfig = c.Attributes.GetProperty("qconfig");
        fused.QConfig = new(Spec(qconfig.GetProperty("activation")), Spec(qconfig.GetProperty("weight")));
        Module prepared = EagerQuantization.Prepare(fused);
        foreach (JsonElement batch in c.Inputs.GetProperty("calibration").EnumerateArray()) { prepared.Forward(GoldenModules.Tensor(batch)); }
        return prepared;
    }

    // What PyTorch converted to: parameters and weights as given.
    private static IEnumerable<KeyValuePair<string, StateEntry>> Given(GoldenCase c)
    {
        foreach (JsonProperty module in c.Expected.GetProperty("converted").EnumerateObject())
        {
            if (module.Name.EndsWith("_packed_params", StringComparison.Ordinal)) { continue; }
            yield return new(module.Name + ".scale", new(Tensor.Scalar(GoldenNumber.Read(module.Value.GetProperty("scale"))), null, IsParameter: false));
            yield return new(module.Name + ".zero_point", new(Tensor.Scalar(module.Value.GetProperty("zero_point").GetInt64()), null, IsParameter: false));
            if (!module.Value.TryGetProperty("weight", out JsonElement weight)) { continue; }
            yield return new(module.Name + ".weight", new(null, GoldenModules.Quantized(GoldenCase.Tensor(weight)), IsParameter: false));
            yield return new(module.Name + ".bias", new(GoldenModules.Tensor(module.Value.GetProperty("bias")), null, IsParameter: false));
        }
    }

    private static ObserverSpec Spec(JsonElement json)
    {
        bool custom = json.GetProperty("has_customized_qrange").GetBoolean();
        return new()
        {
            Observer = json.GetProperty("class").GetString()![..^"Observer".Length],
            Type = ElementTypes.Parse(json.GetProperty("dtype").GetString()!),
            Scheme = QSchemes.Parse(json.GetProperty("qscheme").GetString()!),
            QuantMin = custom ? json.GetProperty("quant_min").GetInt32() : null,
            QuantMax = custom ? json.GetProperty("quant_max").GetInt32() : null,
            ReduceRange = json.GetProperty("reduce_range").GetBoolean(),
        };
    }
}
