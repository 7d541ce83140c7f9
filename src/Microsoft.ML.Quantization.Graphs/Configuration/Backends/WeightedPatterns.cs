using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The patterns around convolutions and linear layers, from which backends are composed.</summary>
/// <remarks>Source: <c>torch.ao.quantization.backend_config._common_operator_config_utils</c>, facts of 1.13.1.</remarks>
internal static class WeightedPatterns
{
    private static readonly ImmutableArray<string> s_relus = ["nn.ReLU", "nn.functional.relu"];

    private static readonly ImmutableSortedDictionary<string, int> s_weightAndBias = Positions(("weight", 1), ("bias", 2));

    /// <summary>Convolutions and transposed ones in one, two and three dimensions.</summary>
    public static IEnumerable<BackendPatternConfig> Convolutions(ImmutableArray<DTypeConfig> dtypes) => Enumerable.Range(1, 3).SelectMany(d => Convolution(d, dtypes));

    private static IEnumerable<BackendPatternConfig> Convolution(int d, ImmutableArray<DTypeConfig> dtypes)
    {
        string conv = $"nn.Conv{d}d", norm = $"nn.BatchNorm{d}d", function = $"nn.functional.conv{d}d", transposed = $"nn.ConvTranspose{d}d";
        string withRelu = $"nn.intrinsic.ConvReLU{d}d", withNorm = $"nn.intrinsic.ConvBn{d}d", withBoth = $"nn.intrinsic.ConvBnReLU{d}d";
        BackendPatternConfig Plain(params ReadOnlySpan<string> operators) => new(BackendPattern.Of(operators)) { DTypes = dtypes };
        BackendPatternConfig Rooted(string module) => Plain(module) with { RootModule = conv, ReferenceQuantizedModule = $"nn.quantized.reference.Conv{d}d" };

        yield return Rooted(conv) with { QatModule = $"nn.qat.Conv{d}d" };
        yield return Rooted($"nn.qat.Conv{d}d");
        yield return Plain(function) with { InputTypeToIndex = s_weightAndBias };

        foreach (string relu in s_relus) { yield return Plain(conv, relu) with { FusedModule = withRelu, FuserMethod = FusionList.Sequence }; }
        yield return Plain(withRelu) with { QatModule = Qat(withRelu) };
        yield return Rooted(Qat(withRelu));
        foreach (string relu in s_relus) { yield return Plain(function, relu); }

        yield return Plain(conv, norm) with { FusedModule = withNorm, FuserMethod = FusionList.ConvBn };
        yield return Plain(conv, norm, s_relus[0]) with { FusedModule = withBoth, FuserMethod = FusionList.ConvBnRelu };
        yield return Plain(conv, norm, s_relus[1]) with { FusedModule = withBoth, FuserMethod = FusionList.ConvBnRelu, RootModule = conv };
        yield return Plain(withNorm) with { QatModule = Qat(withNorm) };
        yield return Plain(withBoth) with { QatModule = Qat(withBoth) };
        yield return Rooted(Qat(withNorm));
        yield return Rooted(Qat(withBoth));

        BackendPatternConfig back = Plain(transposed) with { RootModule = transposed, ReferenceQuantizedModule = $"nn.quantized.reference.ConvTranspose{d}d" };
        yield return back;
        yield return back with { Pattern = BackendPattern.Of(transposed, norm), FuserMethod = FusionList.ConvTransposeBn };
    }

    /// <summary>Linear layers.</summary>
    public static IEnumerable<BackendPatternConfig> Linears(ImmutableArray<DTypeConfig> dtypes)
    {
        const string Linear = "nn.Linear", Function = "nn.functional.linear", Norm = "nn.BatchNorm1d", WithRelu = "nn.intrinsic.LinearReLU", WithNorm = "nn.intrinsic.LinearBn1d";
        BackendPatternConfig Plain(params ReadOnlySpan<string> operators) => new(BackendPattern.Of(operators)) { DTypes = dtypes };
        BackendPatternConfig Rooted(string module) => Plain(module) with { RootModule = Linear, ReferenceQuantizedModule = "nn.quantized.reference.Linear" };

        yield return Rooted(Linear) with { QatModule = "nn.qat.Linear" };
        yield return Rooted("nn.qat.Linear");
        yield return Plain(Function) with { InputTypeToIndex = s_weightAndBias };

        foreach (string relu in s_relus) { yield return Plain(Linear, relu) with { FusedModule = WithRelu, FuserMethod = FusionList.Sequence }; }
        yield return Rooted(WithRelu) with { QatModule = Qat(WithRelu) };
        yield return Rooted(Qat(WithRelu));
        foreach (string relu in s_relus) { yield return Plain(Function, relu); }

        yield return Plain(Linear, Norm) with { FusedModule = WithNorm, FuserMethod = FusionList.LinearBn };
        yield return Rooted(WithNorm) with { QatModule = Qat(WithNorm) };
        yield return Rooted(Qat(WithNorm));
    }

    /// <summary>TensorRT's product of matrices with a bias.</summary>
    public static BackendPatternConfig AddMM(DTypeConfig dtype) => new(BackendPattern.Of("torch.addmm")) { DTypes = [dtype], InputTypeToIndex = Positions(("bias", 0), ("input", 1), ("weight", 2)) };

    /// <summary>Cells of recurrent networks and LSTM, whose ranges are those of the run.</summary>
    public static IEnumerable<BackendPatternConfig> Recurrent(ImmutableArray<DTypeConfig> dtypes)
    {
        foreach (string name in (string[])["GRUCell", "LSTMCell", "RNNCell", "LSTM"])
        {
            yield return new(BackendPattern.Of("nn." + name)) { DTypes = dtypes, RootModule = "nn." + name, ReferenceQuantizedModule = "nn.quantized.reference." + name };
        }
    }

    /// <summary>Tables of which only the weights are quantized.</summary>
    public static IEnumerable<BackendPatternConfig> Embeddings(ImmutableArray<DTypeConfig> dtypes)
    {
        foreach (string name in (string[])["Embedding", "EmbeddingBag"])
        {
            var table = new BackendPatternConfig(BackendPattern.Of("nn." + name))
            {
                DTypes = dtypes,
                RootModule = "nn." + name,
                QatModule = "nn.qat." + name,
                ReferenceQuantizedModule = "nn.quantized.reference." + name,
                InputOutputObserved = false,
            };
            yield return table;
            yield return table with { Pattern = BackendPattern.Of("nn.qat." + name), QatModule = null };
        }
    }

    /// <summary>Positions of arguments by what they are.</summary>
    internal static ImmutableSortedDictionary<string, int> Positions(params ReadOnlySpan<(string Name, int Index)> entries)
    {
        var positions = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach ((string name, int index) in entries) { positions.Add(name, index); }
        return positions.ToImmutable();
    }

    private static string Qat(string fused) => fused.Replace("nn.intrinsic.", "nn.intrinsic.qat.", StringComparison.Ordinal);
}
