using Microsoft.ML.Quantization.Tool;

namespace Microsoft.ML.Quantization.Fuzzing;

/// <summary>One bad input shown to the tool, and what was wrong with the answer; null when it was a good one.</summary>
/// <param name="Exit">The tool's exit code.</param>
/// <param name="Complaint">What must not be.</param>
internal readonly record struct FuzzTrial(int Exit, string? Complaint)
{
    /// <summary>Runs a command line of the tool in this process.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="output">The file it was to write; it must be there exactly when the exit code is 0.</param>
    public static FuzzTrial Of(string[] arguments, string? output = null)
    {
        using StringWriter results = new(), messages = new();
        int exit;
        try
        {
            exit = Application.RunAsync(arguments, new ToolConsole(results, messages, ShowsProgress: false)).GetAwaiter().GetResult();
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            return new(-1, crash.ToString());
        }
        string said = messages.ToString();
        string? complaint = exit is not (Application.Done or Application.Refused) ? $"exit code {exit}: {said}"
            : said.Contains("defect of mlquant", StringComparison.Ordinal) || said.Contains("too little memory", StringComparison.Ordinal) || said.Contains("   at ", StringComparison.Ordinal) ? said
            : exit == Application.Refused && said.Trim().Length < 15 ? "it says nothing"
            : output is not null && File.Exists(output) != (exit == Application.Done) ? $"exit code {exit}, and the output file is {(File.Exists(output) ? "there" : "not there")}"
            : null;
        if (output is not null) { File.Delete(output); }
        return new(exit, complaint);
    }
}
