namespace Microsoft.ML.Quantization.Testing;

/// <summary>Finds files of the repository from wherever the test runner put the test assembly.</summary>
public static class RepositoryFolder
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>A path below <see cref="Root"/>.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Microsoft.ML.Quantization.sln"))) { return folder.FullName; }
        }
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Microsoft.ML.Quantization.sln.");
    }
}
