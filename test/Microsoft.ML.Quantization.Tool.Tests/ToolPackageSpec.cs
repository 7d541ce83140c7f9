using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tool.Tests;

[TestClass]
public sealed class ToolPackageSpec
{
    private const string Project = "src/Microsoft.ML.Quantization.Tool/Microsoft.ML.Quantization.Tool.csproj";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    [TestCategory("Slow")]
    public void The_tool_packs_installs_and_runs()
    {
        string configuration = typeof(ToolPackageSpec).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        Dotnet("pack", RepositoryFolder.At(Project), "--no-build", "-c", configuration, "-o", _folder.At("packages"));

        // The package brings everything along, so its folder is the only source that is needed; no network is.
        string config = _folder.Write("NuGet.config", $"""
            <?xml version="1.0" encoding="utf-8"?>
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{_folder.At("packages")}" />
              </packageSources>
            </configuration>
            """);
        string version = Path.GetFileNameWithoutExtension(Directory.GetFiles(_folder.At("packages"), "*.nupkg").Single())["Microsoft.ML.Quantization.Tool.".Length..];
        Dotnet("tool", "install", "Microsoft.ML.Quantization.Tool", "--version", version, "--tool-path", _folder.At("tools"), "--configfile", config);

        string command = _folder.At(Path.Combine("tools", OperatingSystem.IsWindows() ? "mlquant.exe" : "mlquant"));
        using JsonDocument engines = JsonDocument.Parse(Run(command, "engines", "--json"));
        Assert.IsTrue(engines.RootElement.GetProperty("engines").GetArrayLength() > 0);
    }

    private void Dotnet(params string[] arguments) => Run(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments);

    private string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Root };
        // A package of the same version, packed before, must not come from the user's cache.
        if (arguments[0] == "tool") { start.Environment["NUGET_PACKAGES"] = _folder.At("cache"); }
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {s_patience.TotalMinutes} minutes");
        }
        Assert.AreEqual(0, process.ExitCode, $"{program} {string.Join(' ', arguments)}\n{output.Result}\n{error.Result}");
        return output.Result;
    }
}
