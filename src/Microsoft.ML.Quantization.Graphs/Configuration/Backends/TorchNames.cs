using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>
/// One spelling for each of PyTorch's modules, functions and methods: <c>nn.Conv2d</c>, <c>nn.functional.linear</c>, <c>torch.add</c>,
/// <c>operator.add</c>, <c>reshape</c>. The names that Python prints for the same objects are understood:
/// <c>torch.nn.modules.conv.Conv2d</c>, <c>torch._C._nn.linear</c>, <c>torch._VariableFunctionsClass.add</c>, <c>'reshape'</c>.
/// </summary>
public static class TorchNames
{
    private const string Functional = "nn.functional.";

    // What Python prints, and what people write. The first that fits is applied.
    private static readonly ImmutableArray<(string Printed, string Written)> s_prefixes =
    [
        ("torch._VariableFunctionsClass.", "torch."),
        ("torch._C._nn.", Functional),
        ("torch._ops.quantized.PyCapsule.", "quantized."),
        ("torch.ops.quantized.", "quantized."),
        ("torch.ao.nn.", "nn."),
        ("torch.nn.", "nn."),
        ("_operator.", "operator."),
    ];

    // torch and torch.nn.functional have these in common: one object under two names.
    private static readonly ImmutableHashSet<string> s_shared =
    [
        "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "avg_pool1d", "adaptive_avg_pool1d",
    ];

    /// <summary>The one spelling of a name; a name that is not PyTorch's comes back unchanged.</summary>
    public static string Normalize(string name)
    {
        if (name.Length > 2 && name[0] == '\'' && name[^1] == '\'') { return name[1..^1]; }
        foreach ((string printed, string written) in s_prefixes)
        {
            if (name.StartsWith(printed, StringComparison.Ordinal))
            {
                name = written + name[printed.Length..];
                break;
            }
        }
        if (name.StartsWith("nn.modules.", StringComparison.Ordinal)) { name = "nn." + name[(name.LastIndexOf('.') + 1)..]; }
        return name.StartsWith("torch.", StringComparison.Ordinal) && s_shared.Contains(name[6..]) ? Functional + name[6..] : name;
    }
}
