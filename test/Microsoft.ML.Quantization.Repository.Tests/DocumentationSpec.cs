using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Repository.Tests;

[TestClass]
public sealed partial class DocumentationSpec
{
    public static IEnumerable<object[]> Documents => Directory.EnumerateFiles(RepositoryFolder.Root, "*.md").Select(file => new object[] { Path.GetFileName(file) });

    [TestMethod]
    [DynamicData(nameof(Documents))]
    public void Code_in_the_documentation_compiles(string document)
    {
        foreach (Match block in CodeBlock().Matches(File.ReadAllText(RepositoryFolder.At(document))))
        {
            string code = block.Groups["code"].Value;
            string[] problems = [.. Compile(code).Where(problem => problem.Severity >= DiagnosticSeverity.Warning).Select(problem => problem.ToString())];
            Assert.AreEqual("", string.Join('\n', problems), $"in {document}:\n{code}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Documents))]
    public void Links_in_the_documentation_lead_somewhere(string document)
    {
        string[] dead = [.. Link().Matches(File.ReadAllText(RepositoryFolder.At(document)))
            .Select(link => link.Groups["target"].Value)
            .Where(target => !target.StartsWith("http", StringComparison.Ordinal) && !Path.Exists(RepositoryFolder.At(target)))];
        Assert.AreEqual("", string.Join('\n', dead), $"in {document}");
    }

    [TestMethod]
    public void The_tests_that_pin_a_difference_from_PyTorch_exist()
    {
        Dictionary<string, string> sources = Directory.EnumerateFiles(RepositoryFolder.At("test"), "*.cs", SearchOption.AllDirectories)
            .GroupBy(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal)
            .ToDictionary(files => files.Key, files => string.Concat(files.Select(File.ReadAllText)), StringComparer.Ordinal);
        string[] rows = [.. File.ReadLines(RepositoryFolder.At("eng/design/008-differences-from-pytorch.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        Assert.IsGreaterThanOrEqualTo(11, rows.Length);
        foreach (string row in rows)
        {
            string[] named = [.. Test().Matches(row.TrimEnd('|', ' ').Split('|')[^1]).Select(match => match.Groups["test"].Value)];
            Assert.IsNotEmpty(named, row);
            string[] missing = [.. named.Where(test => !sources.TryGetValue(test.Split('.')[0], out string? source) || (test.Contains('.') && !source.Contains($" {test.Split('.')[1]}(", StringComparison.Ordinal)))];
            Assert.AreEqual("", string.Join('\n', missing), row);
        }
    }

    // A block is a fragment of a program that has its data already: the two views are parameters.
    private static IEnumerable<Diagnostic> Compile(string code)
    {
        string[] lines = code.Split('\n');
        string usings = string.Join('\n', lines.Where(line => line.StartsWith("using ", StringComparison.Ordinal) && line.TrimEnd().EndsWith(';') && !line.Contains('=', StringComparison.Ordinal)));
        string body = string.Join('\n', lines.Where(line => !usings.Contains(line, StringComparison.Ordinal) || line.Trim().Length == 0));
        string program = $$"""
            using System;
            using System.Collections.Generic;
            using System.Linq;
            {{usings}}
            public static class Fragment
            {
                public static void Run(Microsoft.ML.IDataView trainingRows, Microsoft.ML.IDataView testRows)
                {
            {{body}}
                }
            }
            """;
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return CSharpCompilation.Create("fragment",
            [CSharpSyntaxTree.ParseText(program, new CSharpParseOptions(LanguageVersion.Latest))],
            assemblies.Select(assembly => MetadataReference.CreateFromFile(assembly)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)).GetDiagnostics();
    }

    [GeneratedRegex(@"^```csharp\r?\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex("`(?<test>[A-Za-z0-9_.]+)`")]
    private static partial Regex Test();
}
