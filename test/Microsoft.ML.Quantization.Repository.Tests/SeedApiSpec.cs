using System.Reflection;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Repository.Tests;

/// <summary>
/// The map from PyTorch's names to ours, <c>test/Golden/seed-api.tsv</c>: columns module, name, symbol, reason. The symbol is
/// <c>Namespace.Type</c> or <c>Namespace.Type.Member</c>, static extensions by the class they are written in; <c>-</c> says with a reason
/// that there is none.
/// </summary>
[TestClass]
public sealed class SeedApiSpec
{
    /// <summary>Names of the system that is ported.</summary>
    private const int Names = 301;

    /// <summary>How many have a symbol. Raise it with every name that gets one; it does not go down.</summary>
    private const int Resolved = 269;

    private const string None = "-";
    private const string Alias = "alias of ";

    private static readonly string[] s_products =
    [
        "Microsoft.ML.Quantization.Core", "Microsoft.ML.Quantization.Kernels", "Microsoft.ML.Quantization.Graphs", "Microsoft.ML.Quantization.Onnx", "Microsoft.ML.Quantization.Modules",
        "Microsoft.ML.Quantization",
    ];

    private static readonly string[][] s_lines = [.. File.ReadAllLines(RepositoryFolder.At("test", "Golden", "seed-api.tsv")).Select(line => line.Split('\t'))];

    private static IEnumerable<Row> Rows => s_lines.Skip(1).Select(cells => new Row($"{cells[0]}.{cells[1]}", cells[2], cells[3]));

    [TestMethod]
    public void Every_name_has_one_row_of_four_columns()
    {
        CollectionAssert.AreEqual(new[] { "module", "name", "symbol", "reason" }, s_lines[0]);
        Assert.AreEqual("", string.Join('\n', s_lines.Where(cells => cells.Length != 4).Select(cells => string.Join(' ', cells))), "rows without four columns");
        Assert.AreEqual(Names, Rows.Select(row => row.Name).Distinct().Count());
        Assert.AreEqual(Names, Rows.Count());
    }

    [TestMethod]
    public void Every_symbol_is_public_in_a_product()
    {
        Type[] types = [.. s_products.SelectMany(product => Assembly.Load(product).GetExportedTypes())];
        string[] missing = [.. Rows.Where(row => row.Symbol != None && !Exists(types, row.Symbol)).Select(row => $"{row.Name}: {row.Symbol}")];
        Assert.AreEqual("", string.Join('\n', missing), "name the symbol that serves these now, or - and the reason");
    }

    [TestMethod]
    public void A_name_without_a_symbol_says_why() =>
        Assert.AreEqual("", string.Join('\n', Rows.Where(row => row.Symbol == None && row.Reason.Trim().Length == 0).Select(row => row.Name)));

    [TestMethod]
    public void A_symbol_serves_a_second_name_only_as_a_stated_alias()
    {
        string[] shared = [.. Rows.Where(row => row.Symbol != None && AliasOf(row) is null).GroupBy(row => row.Symbol).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(row => row.Name))}")];
        Assert.AreEqual("", string.Join('\n', shared), $"write '{Alias}…' in the reason of all but one");

        ILookup<string, Row> byName = Rows.ToLookup(row => row.Name);
        string[] wrong = [.. Rows.Where(row => AliasOf(row) is { } other && !byName[other].Any(target => target.Symbol == row.Symbol && AliasOf(target) is null)).Select(row => row.Name)];
        Assert.AreEqual("", string.Join('\n', wrong), "these name an alias of a name that is not there, has another symbol or is an alias itself");
    }

    [TestMethod]
    public void No_name_loses_its_symbol()
    {
        int resolved = Rows.Count(row => row.Symbol != None);
        Assert.IsTrue(resolved >= Resolved, $"{resolved} names have a symbol; expected at least {Resolved}");
    }

    /// <summary>The name that a row is an alias of, or null.</summary>
    private static string? AliasOf(Row row) => row.Reason.StartsWith(Alias, StringComparison.Ordinal) ? row.Reason[Alias.Length..].Split(';')[0] : null;

    private static bool Exists(Type[] types, string symbol)
    {
        if (types.Any(type => type.FullName == symbol)) { return true; }
        int dot = symbol.LastIndexOf('.');
        return types.Any(type => type.FullName == symbol[..dot] && type.GetMember(symbol[(dot + 1)..]).Length > 0);
    }

    private sealed record Row(string Name, string Symbol, string Reason);
}
