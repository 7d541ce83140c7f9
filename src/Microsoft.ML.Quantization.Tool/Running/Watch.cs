using Spectre.Console;

namespace Microsoft.ML.Quantization.Tool.Running;

/// <summary>Shows how far a long command has come, on the error stream and only when that is a terminal.</summary>
internal static class Watch
{
    /// <summary>Runs <paramref name="work"/>, which reports the rows done out of <paramref name="rows"/>.</summary>
    public static T Rows<T>(ToolConsole console, string what, int rows, Func<Action<int>?, T> work)
    {
        if (!console.ShowsProgress) { return work(null); }
        return console.Watchers().Progress().AutoClear(true).Start(progress =>
        {
            ProgressTask task = progress.AddTask(Markup.Escape(what), maxValue: Math.Max(rows, 1));
            return work(done => task.Value = done);
        });
    }
}
