using System.Text.Json;

namespace Microsoft.ML.Quantization.Tool.Tests;

/// <summary>One command line, run in this process with its output captured.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Error stream.</param>
internal sealed record CommandRun(int Code, string Out, string Error)
{
    public static CommandRun Of(params string[] arguments) => Of(CancellationToken.None, arguments);

    public static CommandRun Of(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = Application.RunAsync(arguments, new ToolConsole(output, error, ShowsProgress: false), cancellation).GetAwaiter().GetResult();
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>The result of a command that must succeed, called with <c>--json</c>: one object on the standard output and nothing anywhere else.</summary>
    public static JsonElement Json(params string[] arguments)
    {
        CommandRun run = Of([.. arguments, "--json"]);
        Assert.AreEqual(Application.Done, run.Code, run.Error);
        Assert.AreEqual("", run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Out);
        Assert.AreEqual(JsonValueKind.Object, document.RootElement.ValueKind);
        return document.RootElement.Clone();
    }

    /// <summary>A command that must be refused: exit 1, one message with all <paramref name="parts"/>, nothing on the standard output.</summary>
    public static void Refused(string[] arguments, params ReadOnlySpan<string> parts)
    {
        CommandRun run = Of(arguments);
        Assert.AreEqual(Application.Refused, run.Code, run.Out + run.Error);
        Assert.AreEqual("", run.Out);
        Assert.IsFalse(run.Error.Contains("   at ", StringComparison.Ordinal) || run.Error.Contains("defect", StringComparison.Ordinal), run.Error);
        foreach (string part in parts) { StringAssert.Contains(run.Error, part); }
    }
}
