using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Quantization;

/// <summary>Writes to the log how far calibration has come: after 1,000 rows, and whenever the rows have doubled or another tenth of a known total is done.</summary>
internal sealed class CalibrationProgress(PipelineLog log, long? total)
{
    private const long First = 1_000;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _next = First;

    /// <summary>To be told after every batch.</summary>
    /// <param name="rows">Rows observed so far.</param>
    public void Report(long rows)
    {
        if (rows < _next) { return; }
        _next = total is { } all ? rows + Math.Max(First, all / 10) : 2 * rows;
        double rate = rows / Math.Max(_watch.Elapsed.TotalSeconds, 1e-6);
        log.Info(string.Create(CultureInfo.InvariantCulture,
            $"{rows} rows observed, {rate:0} rows/s{(total is { } known ? $", {known - rows} rows remaining, about {(known - rows) / rate:0} s" : "")}."));
    }
}
