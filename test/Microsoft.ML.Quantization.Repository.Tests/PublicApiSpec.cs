using System.Reflection;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Repository.Tests;

[TestClass]
public sealed class PublicApiSpec
{
    /// <summary>Set to 1 to write the files anew after an intended change.</summary>
    private const string UpdateVariable = "MLQ_UPDATE_PUBLIC_API";

    public static IEnumerable<object[]> Products =>
    [
        ["Microsoft.ML.Quantization.Core"],
        ["Microsoft.ML.Quantization.Kernels"],
        ["Microsoft.ML.Quantization.Graphs"],
        ["Microsoft.ML.Quantization.Onnx"],
        ["Microsoft.ML.Quantization.Modules"],
        ["Microsoft.ML.Quantization"],
    ];

    [TestMethod]
    [DynamicData(nameof(Products))]
    public void The_public_surface_is_the_one_on_record(string product)
    {
        string file = RepositoryFolder.At("src", product, "PublicApi.txt");
        string surface = PublicApiPrinter.Print(Assembly.Load(product));
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1") { File.WriteAllText(file, surface); }

        Assert.IsTrue(File.Exists(file), $"{file} is missing; run the tests once with {UpdateVariable}=1");
        Assert.AreEqual(File.ReadAllText(file).ReplaceLineEndings("\n"), surface, $"if the change is intended, run the tests once with {UpdateVariable}=1 and commit {file}");
    }

    [TestMethod]
    [DynamicData(nameof(Products))]
    public void Nothing_static_can_change(string product)
    {
        string[] found = [.. Assembly.Load(product).GetTypes()
            .Where(type => !type.Name.Contains('<', StringComparison.Ordinal) && type.Namespace?.StartsWith("Microsoft.ML.Quantization", StringComparison.Ordinal) == true && type.Namespace != "Microsoft.ML.Quantization.Onnx.Proto")
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => field is { IsInitOnly: false, IsLiteral: false } && !field.Name.Contains('<', StringComparison.Ordinal))
            .Select(field => $"{field.DeclaringType}.{field.Name}")];
        Assert.AreEqual("", string.Join('\n', found), "static state makes two users of one process depend on each other");
    }
}
