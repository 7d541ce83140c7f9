using System.Diagnostics;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Examples.Tests;

/// <summary>An example program, run as a user runs it: in a process of its own.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Error stream.</param>
internal sealed record ExampleRun(int Code, string Out, string Error)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>The output of a program that was built beside these tests and must succeed.</summary>
    public static string OutputOf(string project, string assembly, params string[] arguments)
    {
        ExampleRun run = Of(project, assembly, arguments);
        Assert.AreEqual(0, run.Code, run.Error);
        return run.Out;
    }

    /// <summary>Runs a program that was built beside these tests.</summary>
    public static ExampleRun Of(string project, string assembly, params string[] arguments)
    {
        // artifacts/bin/THESE TESTS/release/ → artifacts/bin/PROJECT/release/
        string bin = Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar))!;
        string program = Path.Combine(Path.GetDirectoryName(bin)!, project, Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)), $"{assembly}.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = RepositoryFolder.At() };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        Assert.IsTrue(process.WaitForExit(s_patience), $"{project} runs for more than {s_patience.TotalMinutes} minutes");
        return new(process.ExitCode, output.Result, error.Result);
    }
}
