using System.CommandLine;
using Microsoft.ML.Quantization.Onnx;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary><c>mlquant conformance</c>: which of ONNX's backend tests pass.</summary>
internal static class ConformanceVerb
{
    /// <summary>The command.</summary>
    public static Command Create(ToolConsole console)
    {
        var folder = new Argument<string>("DIR") { Description = "Folder with ONNX backend tests: folders with model.onnx and test_data_set_N." };
        Option<bool> json = Verb.Json();
        var verb = new Command("conformance", "Runs ONNX's backend tests and counts what passes, fails and is not supported. The exit code is 0 whenever the run completed.") { folder, json };
        verb.Does(console, (arguments, cancellation) =>
        {
            ConformanceReport report = ConformanceRunner.Run(arguments.GetRequiredValue(folder), cancellation);
            if (arguments.GetValue(json)) { WriteJson(console, report); }
            else { WriteText(console, report); }
        });
        return verb;
    }

    private static void WriteJson(ToolConsole console, ConformanceReport report) => JsonResult.Write(console.Out, writer =>
    {
        writer.WriteNumber("passed", report.Passed);
        writer.WriteNumber("failed", report.Failed);
        writer.WriteNumber("unsupported", report.Unsupported);
        writer.WriteStartArray("cases");
        foreach (ConformanceCase test in report.Cases)
        {
            writer.WriteStartObject();
            writer.WriteString("name", test.Name);
            writer.WriteString("operator", test.Operator);
            writer.WriteString("outcome", Name(test.Outcome));
            writer.WriteString("reason", test.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });

    private static void WriteText(ToolConsole console, ConformanceReport report)
    {
        console.WriteTable(["case", "operator", "outcome", "reason"], report.Cases
            .Where(test => test.Outcome != ConformanceOutcome.Passed)
            .Select(test => (string[])[test.Name, test.Operator, Name(test.Outcome), test.Reason]));
        console.WriteFacts(("passed", ((long)report.Passed).Grouped()), ("failed", ((long)report.Failed).Grouped()), ("unsupported", ((long)report.Unsupported).Grouped()));
    }

    private static string Name(ConformanceOutcome outcome) => outcome switch
    {
        ConformanceOutcome.Passed => "passed",
        ConformanceOutcome.Failed => "failed",
        _ => "unsupported",
    };
}
