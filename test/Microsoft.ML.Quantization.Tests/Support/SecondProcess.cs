using System.Diagnostics;

namespace Microsoft.ML.Quantization.Tests;

/// <summary>Runs <see cref="Program"/> of this assembly in a process of its own.</summary>
internal static class SecondProcess
{
    /// <summary>Returns the lines it printed; fails when it ends with an error.</summary>
    public static string[] Run(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        string assembly = typeof(SecondProcess).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            ["exec", "--runtimeconfig", Path.ChangeExtension(assembly, ".runtimeconfig.json"), "--depsfile", Path.ChangeExtension(assembly, ".deps.json"), assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment) { start.Environment[name] = value; }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
