using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What oneDNN fuses besides the usual patterns: sums behind a convolution, LeakyReLU and Tanh behind a linear layer.</summary>
/// <remarks>Source: facts of <c>torch.ao.quantization.backend_config.onednn</c>, PyTorch 2.x.</remarks>
internal static class OneDnnPatterns
{
    private const string Conv = "nn.Conv2d", Norm = "nn.BatchNorm2d", Linear = "nn.Linear";

    /// <summary>Convolution and sum, on either side of it, with or without normalization and ReLU.</summary>
    public static IEnumerable<BackendPatternConfig> Sums(ImmutableArray<DTypeConfig> dtypes)
    {
        foreach (bool withRelu in (bool[])[false, true])
        {
            string fused = withRelu ? "nn.intrinsic.ConvAddReLU2d" : "nn.intrinsic.ConvAdd2d";
            foreach (bool left in (bool[])[true, false])
            {
                foreach (bool withNorm in (bool[])[true, false])
                {
                    BackendPattern conv = withNorm ? BackendPattern.Of(Conv, Norm) : BackendPattern.Of(Conv);
                    foreach (string add in (string[])["torch.add", "operator.add"])
                    {
                        BackendPattern sum = left ? BackendPattern.Join(add, conv, BackendPattern.Any) : BackendPattern.Join(add, BackendPattern.Any, conv);
                        yield return new(withRelu ? BackendPattern.Join("nn.ReLU", sum) : sum) { DTypes = dtypes, FusedModule = fused, FuserMethod = $"fuse_conv{(withNorm ? "_bn" : "")}_add{(withRelu ? "_relu" : "")}_{(left ? "left" : "right")}" };
                    }
                }
            }
            yield return new(BackendPattern.Of(fused)) { DTypes = dtypes, RootModule = Conv, ReferenceQuantizedModule = "nn.quantized.reference.Conv2d" };
        }
    }

    /// <summary>LeakyReLU and Tanh behind a linear layer.</summary>
    public static IEnumerable<BackendPatternConfig> Linears(ImmutableArray<DTypeConfig> dtypes)
    {
        foreach ((string fused, string module, string function) in ((string, string, string)[])
            [("nn.intrinsic.LinearLeakyReLU", "nn.LeakyReLU", "nn.functional.leaky_relu"), ("nn.intrinsic.LinearTanh", "nn.Tanh", "torch.tanh")])
        {
            foreach (string behind in (string[])[module, function])
            {
                yield return new(BackendPattern.Of(Linear, behind)) { DTypes = dtypes, FusedModule = fused, FuserMethod = FusionList.Sequence };
            }
            yield return new(BackendPattern.Of(fused)) { DTypes = dtypes, RootModule = Linear, ReferenceQuantizedModule = "nn.quantized.reference.Linear" };
            foreach (string behind in (string[])[module, function]) { yield return new(BackendPattern.Of("nn.functional.linear", behind)) { DTypes = dtypes }; }
            if (module == "nn.LeakyReLU")
            {
                yield return new(BackendPattern.Of(Linear, "nn.BatchNorm1d", module)) { DTypes = dtypes, FusedModule = fused, FuserMethod = "fuse_linear_bn_leaky_relu" };
            }
        }
    }
}
