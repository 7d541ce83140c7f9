using System.Text.RegularExpressions;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Repository.Tests;

[TestClass]
public sealed partial class SourceSpec
{
    [TestMethod]
    public void A_source_file_holds_one_concept()
    {
        string[] tooLong = [.. Sources("src").Where(file => File.ReadLines(file).Count() > 300).Select(Relative)];
        Assert.AreEqual("", string.Join('\n', tooLong), "split these files by concept");
    }

    [TestMethod]
    public void Results_never_depend_on_the_processor()
    {
        string[] found = [.. Sources("src/Microsoft.ML.Quantization.Kernels", "src/Microsoft.ML.Quantization.Graphs").SelectMany(file => Lines(file, ProcessorDependent()))];
        Assert.AreEqual("", string.Join('\n', found), "these differ between vector widths or operating systems; use FloatMath and the engine's kernels");
    }

    [TestMethod]
    public void Only_instruction_sets_and_the_engine_list_ask_the_processor_what_it_can()
    {
        string[] found = [.. Sources("src")
            .Where(file => !file.Contains("Microsoft.ML.Compatibility", StringComparison.Ordinal))
            .SelectMany(file => Lines(file, ProcessorQuestion()))
            .Where(line => !line.StartsWith("src/Microsoft.ML.Quantization.Kernels/X86/", StringComparison.Ordinal)
                && !line.StartsWith("src/Microsoft.ML.Quantization.Kernels/Arm/", StringComparison.Ordinal)
                && !line.StartsWith("src/Microsoft.ML.Quantization.Kernels/Portable/", StringComparison.Ordinal)
                && !line.StartsWith("src/Microsoft.ML.Quantization.Kernels/EngineList.cs", StringComparison.Ordinal))];
        Assert.AreEqual("", string.Join('\n', found));
    }

    [TestMethod]
    public void No_text_of_the_repository_names_a_path_of_somebodys_machine()
    {
        string[] kinds = [".cs", ".md", ".csproj", ".props", ".targets", ".sh", ".yml", ".json", ".txt"];
        string[] found = [.. new[] { "src", "test", "examples", "build", "eng", ".ci" }.Where(folder => Directory.Exists(RepositoryFolder.At(folder)))
            .SelectMany(folder => Directory.EnumerateFiles(RepositoryFolder.At(folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(RepositoryFolder.Root, "*.md"))
            .Where(file => !IsOutput(file) && kinds.Contains(Path.GetExtension(file)) && !file.EndsWith(nameof(SourceSpec) + ".cs", StringComparison.Ordinal))
            .SelectMany(file => Lines(file, MachinePath()))];
        Assert.AreEqual("", string.Join('\n', found));
    }

    private static IEnumerable<string> Sources(params string[] folders) => folders
        .SelectMany(folder => Directory.EnumerateFiles(RepositoryFolder.At(folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !IsOutput(file))
        .Order(StringComparer.Ordinal);

    private static bool IsOutput(string file) => Relative(file).Split('/') is var parts
        && (parts.Contains("bin") || parts.Contains("obj") || parts.Contains("artifacts") || parts.Contains("node_modules") || parts.Contains("onnxruntime"));

    private static IEnumerable<string> Lines(string file, Regex pattern) => File.ReadLines(file)
        .Select((text, index) => (text, index))
        .Where(line => pattern.IsMatch(line.text) && !line.text.TrimStart().StartsWith("//", StringComparison.Ordinal))
        .Select(line => $"{Relative(file)}:{line.index + 1}: {line.text.Trim()}");

    private static string Relative(string file) => Path.GetRelativePath(RepositoryFolder.Root, file).Replace('\\', '/');

    [GeneratedRegex(@"\bMathF?\.(Exp|Log\w*|Tanh|Sinh|Cosh|Sin|Cos|Tan|Asin|Acos|Atan\w*|Pow|Cbrt|SinCos)\(|TensorPrimitives\.|ReciprocalEstimate|ReciprocalSqrtEstimate|Vector\d*\.(Sum|Dot|Exp|Log)\w*\(")]
    private static partial Regex ProcessorDependent();

    [GeneratedRegex(@"\b(Avx\w*|Sse\w*|AdvSimd|Dp|Fma|X86Base|Bmi\d|Vector\d+)(\.\w+)*\.(IsSupported|IsHardwareAccelerated)|\bVector\d*\.IsHardwareAccelerated")]
    private static partial Regex ProcessorQuestion();

    [GeneratedRegex(@"(?<![\w/.])/(home|work|root|Users|tmp)/\w|[A-Z]:\\\\?Users")]
    private static partial Regex MachinePath();
}
