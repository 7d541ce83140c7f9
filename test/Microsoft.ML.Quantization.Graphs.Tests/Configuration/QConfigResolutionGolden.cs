using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;
using Microsoft.ML.Quantization.Tests.Passes;

namespace Microsoft.ML.Quantization.Tests.Configuration;

/// <summary>
/// <c>qconfig_resolution.json</c>: which rule of a mapping wins for which operator. A case records a network of modules and, for each observed
/// value, the tag of the rule that won (the largest code of the observer); of the mapping it records only the name.
/// </summary>
/// <remarks>
/// The network stands here as a graph such as an exporter writes it: Gemm where the model calls <c>nn.Linear</c>, MatMul where it calls
/// <c>F.linear</c>, and modules in the names of nodes. What needs the modules themselves is excluded.
/// </remarks>
[TestClass]
[TestCategory("Golden")]
public sealed class QConfigResolutionGolden
{
    private const string Model = "foo=Sub, bar=Sub, head=Linear; Sub.forward = F.linear(F.linear(lin(x), W), W); forward = head(bar(foo(x)) + x)";

    private const string Module = "Gemm", Function = "MatMul";

    // What the names of the cases stand for. Tags from 20 on belong to types, from 30 to patterns, from 40 to module names, from 50 to indexes.
    private static readonly ImmutableDictionary<string, QConfigMapping> s_mappings = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("global_only", Global),
        KeyValuePair.Create("object_type", Global.SetObjectType(Module, Tag(20))),
        KeyValuePair.Create("function_type", Global.SetObjectType(Function, Tag(21))),
        KeyValuePair.Create("regex", Global.SetObjectType(Module, Tag(20)).SetModuleNameRegex("foo.*", Tag(30))),
        KeyValuePair.Create("regex_order", QConfigMapping.Empty.SetModuleNameRegex("foo\\.lin", Tag(31)).SetModuleNameRegex("foo.*", Tag(30))),
        KeyValuePair.Create("module_name", Global.SetObjectType(Module, Tag(20)).SetModuleNameRegex("foo.*", Tag(30)).SetModuleName("foo.lin", Tag(40))),
        KeyValuePair.Create("module_name_parent", Global.SetModuleName("foo", Tag(41))),
        KeyValuePair.Create("order", Global.SetModuleName("foo", Tag(41)).SetModuleNameObjectTypeOrder("foo", Function, 1, Tag(50))),
        KeyValuePair.Create("order_module", Global.SetModuleNameObjectTypeOrder("foo", Module, 0, Tag(51))),
        KeyValuePair.Create("none_override", Global.SetModuleName("foo", null)),
        KeyValuePair.Create("type_none", Global.SetObjectType(Module, null)),
    ]);

    // Values of the traced model and of the graph.
    private static readonly ImmutableDictionary<string, string> s_values = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("x", "x"), KeyValuePair.Create("/foo/lin/Gemm", "foo_lin"), KeyValuePair.Create("/foo/MatMul", "linear"), KeyValuePair.Create("/foo/MatMul_1", "linear_1"),
        KeyValuePair.Create("/bar/lin/Gemm", "bar_lin"), KeyValuePair.Create("/bar/MatMul", "linear_2"), KeyValuePair.Create("/bar/MatMul_1", "linear_3"),
        KeyValuePair.Create("/Add", "add"), KeyValuePair.Create("/head/Gemm", "head"),
    ]);

    private static QConfigMapping Global => QConfigMapping.Empty.SetGlobal(Tag(10));

    [TestMethod]
    public void The_rule_that_wins_is_PyTorchs() => GoldenFile.Open("qconfig_resolution.json").Check(
        golden => golden.Text("model") == Model && s_mappings.ContainsKey(golden.Name) ? null : "modules: a model or a mapping that needs captured modules",
        golden => Assert.AreEqual(Expected(golden.Expected.GetProperty("observers")), Actual(s_mappings[golden.Name])));

    private static string Expected(JsonElement observers) =>
        Lines(observers.EnumerateArray().Select(observer => (observer.GetProperty("observed").GetString()!, observer.GetProperty("tag").GetInt32())));

    private static string Actual(QConfigMapping mapping)
    {
        Graph graph = new Sketch(2, 4).Random("foo_lin_weight", 4, 4).Random("bar_lin_weight", 4, 4).Random("head_weight", 4, 4)
            .Node("/foo/lin/Gemm", "Gemm", "x foo_lin_weight").Node("/foo/MatMul", "MatMul", "/foo/lin/Gemm foo_lin_weight").Node("/foo/MatMul_1", "MatMul", "/foo/MatMul foo_lin_weight")
            .Node("/bar/lin/Gemm", "Gemm", "/foo/MatMul_1 bar_lin_weight").Node("/bar/MatMul", "MatMul", "/bar/lin/Gemm bar_lin_weight").Node("/bar/MatMul_1", "MatMul", "/bar/MatMul bar_lin_weight")
            .Node("/Add", "Add", "/bar/MatMul_1 x").Node("/head/Gemm", "Gemm", "/Add head_weight").Outputs("/head/Gemm");
        // As PyTorch, every quantized operator's output is observed, also when a float operator reads it.
        PreparedGraph prepared = Prepare.Run(graph, mapping, new PrepareOptions { ObserveUnreadOutputs = true });

        var tags = new HashSet<(string, int)>();
        foreach (ObserverGroup group in prepared.Groups)
        {
            foreach (string value in group.Values) { tags.Add((s_values[value], group.Spec.Range.Maximum)); }
        }
        // PyTorch shows the observers of weights where a function reads them; a module keeps its own.
        foreach ((string name, QConfig config) in prepared.Quantized)
        {
            if (graph.Node(name) is { Operator: Function } node) { tags.Add((node.Inputs[1], config.Weight!.Range.Maximum)); }
        }
        return Lines(tags);
    }

    private static QConfig Tag(int largestCode) => new(new ObserverSpec { Observer = "MinMax", QuantMin = 0, QuantMax = largestCode }, ObserverDefaults.Weight);

    private static string Lines(IEnumerable<(string Value, int Tag)> tags) => string.Join('\n', tags.Select(tag => $"{tag.Value} {tag.Tag}").Order(StringComparer.Ordinal));
}
