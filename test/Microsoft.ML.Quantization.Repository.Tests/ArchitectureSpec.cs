using System.Xml.Linq;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Repository.Tests;

[TestClass]
public sealed class ArchitectureSpec
{
    // Each room may use the rooms before it. The facade and the tool are two doors at the end that do not know each other.
    private static readonly string[] s_chain = ["Core", "Kernels", "Graphs", "Onnx", "Modules"];
    private static readonly string[] s_doors = ["", "Tool"];
    private const string Subset = "Microsoft.ML.Compatibility";

    public static IEnumerable<object[]> Projects => ProjectFiles("src").Select(file => new object[] { Path.GetFileNameWithoutExtension(file) });

    [TestMethod]
    [DynamicData(nameof(Projects))]
    public void A_project_references_only_the_projects_before_it(string project)
    {
        foreach (string reference in References(project))
        {
            if (reference == Subset)
            {
                Assert.AreEqual("Microsoft.ML.Quantization", project, "only the facade knows ML.NET");
                continue;
            }
            Assert.IsTrue(Level(reference) < Level(project), $"{project} must not reference {reference}");
        }
    }

    [TestMethod]
    public void The_subset_of_MLNet_holds_nothing_of_ours() => Assert.AreEqual(0, References(Subset).Count());

    [TestMethod]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(RepositoryFolder.At("Microsoft.ML.Quantization.sln"));
        string[] missing = [.. new[] { "src", "test", "examples" }.SelectMany(ProjectFiles).Select(file => Path.GetFileName(file)).Where(name => !solution.Contains($"{name}\"", StringComparison.Ordinal))];
        Assert.AreEqual("", string.Join('\n', missing), "add these with 'dotnet sln add'");
    }

    [TestMethod]
    public void Only_the_kernels_are_unsafe()
    {
        string[] found = [.. ProjectFiles("src").Where(file => File.ReadAllText(file).Contains("<AllowUnsafeBlocks>true", StringComparison.Ordinal)).Select(file => Path.GetFileNameWithoutExtension(file)!)];
        // The subset of ML.NET calls ONNX Runtime's C interface by address, as the package it stands for does.
        CollectionAssert.AreEqual(new[] { "Microsoft.ML.Compatibility", "Microsoft.ML.Quantization.Kernels" }, found);
        string[] unsafeFiles = [.. Directory.EnumerateFiles(RepositoryFolder.At("src", "Microsoft.ML.Compatibility"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("unsafe class", StringComparison.Ordinal)).Select(file => Path.GetFileName(Path.GetDirectoryName(file))!).Distinct()];
        CollectionAssert.AreEqual(new[] { "OnnxRuntime" }, unsafeFiles);
    }

    private static int Level(string project)
    {
        string room = project["Microsoft.ML.Quantization".Length..].TrimStart('.');
        int level = Array.IndexOf(s_chain, room);
        if (level >= 0) { return level; }
        Assert.IsTrue(s_doors.Contains(room), $"{project} has no place in the chain; give it one here and in src/README.md");
        return s_chain.Length;
    }

    private static IEnumerable<string> References(string project)
    {
        string file = ProjectFiles("src").Single(candidate => Path.GetFileNameWithoutExtension(candidate) == project);
        return XDocument.Load(file).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
    }

    private static IEnumerable<string> ProjectFiles(string folder) => Directory.Exists(RepositoryFolder.At(folder))
        ? Directory.EnumerateFiles(RepositoryFolder.At(folder), "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        : [];
}
