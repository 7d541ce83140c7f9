using System.Text.Json;
using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary><c>fuse_bn.json</c>: normalizations folded into weights, to 1e-6.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class FuseModulesGolden
{
    public static IEnumerable<object[]> Every => GoldenModules.Cases("fuse_bn.json").Select(c => new object[] { c });

    [TestMethod]
    [DynamicData(nameof(Every))]
    public void Fused_weights_and_outputs_are_those_of_PyTorch(GoldenCase c)
    {
        JsonElement parameters = c.Inputs.GetProperty("params");
        Tensor weight = GoldenModules.Tensor(parameters.GetProperty("0.weight"));
        Tensor? bias = parameters.TryGetProperty("0.bias", out JsonElement given) && GoldenTensor.IsTensor(given) ? GoldenModules.Tensor(given) : null;
        var settings = new ConvolutionSettings { Groups = c.Integer("groups") ?? 1 };
        string name = c.Text("module")!;
        Module layer = name switch
        {
            "Linear" => new Linear(weight, bias),
            "Conv1d" => new Conv1d(weight, bias, settings),
            "Conv2d" => new Conv2d(weight, bias, settings),
            "Conv3d" => new Conv3d(weight, bias, settings),
            "ConvTranspose1d" => new ConvTranspose1d(weight, bias, settings),
            "ConvTranspose2d" => new ConvTranspose2d(weight, bias, settings),
            _ => new ConvTranspose3d(weight, bias, settings),
        };
        int features = GoldenCase.Tensor(parameters.GetProperty("1.running_mean")).Shape[0];
        double eps = c.Number("eps")!.Value;
        bool affine = c.Flag("affine");
        Module norm = name[^2..] switch { "2d" => new BatchNorm2d(features, eps, affine), "3d" => new BatchNorm3d(features, eps, affine), _ => new BatchNorm1d(features, eps, affine) };
        var model = new Sequential(layer, norm);
        GoldenModules.State(c).LoadInto(model);
        Tensor x = c.Input("x").ToTensor();

        GoldenModules.Near(c.Answer("unfused_output"), model.Forward(x).ToTensor(), 1e-5, 1e-5, "unfused output");
        Module fused = EagerQuantization.FuseModules(model, ["0", "1"]);
        Assert.AreEqual("nn." + name, fused["0"].TypeName);
        Assert.AreEqual("nn.Identity", fused["1"].TypeName);
        if (c.Expected.TryGetProperty("weight", out _))
        {
            GoldenModules.Near(c.Answer("weight"), fused["0"].Entry("weight")!, 1e-6, 1e-7, "weight");
            GoldenModules.Near(c.Answer("bias"), fused["0"].Entry("bias")!, 1e-6, 1e-6, "bias");
        }
        GoldenModules.Near(c.Answer("unfused_output"), fused.Forward(x).ToTensor(), 1e-5, 1e-5, "fused output");
    }
}
