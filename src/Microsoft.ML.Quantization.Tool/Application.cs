using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using Microsoft.ML.Quantization.Tool.Verbs;

namespace Microsoft.ML.Quantization.Tool;

/// <summary>The command <c>mlquant</c>: its verbs and what its exit codes mean.</summary>
internal static class Application
{
    /// <summary>Exit code: done.</summary>
    public const int Done = 0;

    /// <summary>Exit code: refused, with a message on the error stream.</summary>
    public const int Refused = 1;

    /// <summary>Exit code: the command line itself is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>How long a cancelled command may take to clean up.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs one command line and returns the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, ToolConsole console, CancellationToken cancellation = default)
    {
        ParseResult command = Root(console).Parse(arguments);
        if (command.Errors.Count > 0 && command.Action is ParseErrorAction or null)
        {
            foreach (string message in command.Errors.Select(error => error.Message).Distinct()) { await console.Error.WriteLineAsync(message); }
            await console.Error.WriteLineAsync($"Try '{Usage(command)} --help'.");
            return WrongUsage;
        }
        return await command.InvokeAsync(new InvocationConfiguration
        {
            Output = console.Out,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = s_patience,
        }, cancellation);
    }

    private static RootCommand Root(ToolConsole console)
    {
        var root = new RootCommand("Quantizes ONNX networks to int8 and measures what that changes. Exit codes: 0 done, 1 refused with a message, 2 wrong usage.")
        {
            InfoVerb.Create(console),
            EnginesVerb.Create(console),
            StaticVerb.Create(console),
            DynamicVerb.Create(console),
            WeightOnlyVerb.Create(console),
            RunVerb.Create(console),
            EvaluateVerb.Create(console),
            BenchVerb.Create(console),
            ConformanceVerb.Create(console),
        };
        foreach (VersionOption version in root.Options.OfType<VersionOption>()) { version.Action = new VersionAction(console); }
        return root;
    }

    private static string Usage(ParseResult command) => command.CommandResult.Command is RootCommand ? "mlquant" : $"mlquant {command.CommandResult.Command.Name}";

    /// <summary>Prints the version of this assembly, also when another program hosts it.</summary>
    private sealed class VersionAction(ToolConsole console) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            console.Out.WriteLine(typeof(Application).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
            return Done;
        }
    }
}
