using Spectre.Console;

namespace Microsoft.ML.Quantization.Tool;

/// <summary>Where a command writes: results to <see cref="Out"/>, errors and progress to <see cref="Error"/>.</summary>
/// <param name="Out">For results only.</param>
/// <param name="Error">For messages.</param>
/// <param name="ShowsProgress">Whether somebody watches <paramref name="Error"/>: it is a terminal.</param>
internal sealed record ToolConsole(TextWriter Out, TextWriter Error, bool ShowsProgress)
{
    /// <summary>The console of the process.</summary>
    public static ToolConsole System() => new(Console.Out, Console.Error, !Console.IsErrorRedirected);

    /// <summary>A console for tables on <see cref="Out"/>.</summary>
    public IAnsiConsole Tables() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Out) });

    /// <summary>A console for progress on <see cref="Error"/>.</summary>
    public IAnsiConsole Watchers() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) });
}
