using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Quantization;
using Microsoft.ML.Quantization.Fuzzing;

// fuzz [COUNT] [--seed S] [--first I]: shows COUNT bad inputs to the tool; exit 0 when every answer was a good one.
long count = 100_000, first = 0;
ulong seed = 1;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--seed": seed = ulong.Parse(args[++i], CultureInfo.InvariantCulture); break;
        case "--first": first = long.Parse(args[++i], CultureInfo.InvariantCulture); break;
        default: count = long.Parse(args[i], CultureInfo.InvariantCulture); break;
    }
}

// The tool turns an unforeseen exception into a message; where it was thrown is what one wants to know.
string thrown = "";
AppDomain.CurrentDomain.FirstChanceException += (_, raised) =>
{
    if (raised.Exception is not (QuantizationException or OperationCanceledException or IOException)) { thrown = string.Join(" < ", new StackTrace().GetFrames().Where(frame => frame.GetMethod()?.DeclaringType?.Assembly.GetName().Name?.StartsWith("Microsoft.ML.Quantization", StringComparison.Ordinal) == true).Skip(1).Take(4).Select(frame => $"{frame.GetMethod()?.DeclaringType?.Name}.{frame.GetMethod()?.Name}")); }
};

using var run = new FuzzRun(seed);
long start = Stopwatch.GetTimestamp();
var findings = new List<string>();
for (long index = first; index < first + count; index++)
{
    if (run.Try(index) is { } finding)
    {
        findings.Add(finding);
        Console.WriteLine($"{finding.TrimEnd()} {thrown}");
        // A call that never ends cannot be stopped from outside, and would take the time of all that follow.
        if (finding.Contains("no answer", StringComparison.Ordinal)) { break; }
    }
    if ((index - first + 1) % 1000 == 0)
    {
        Console.WriteLine($"{index - first + 1:N0} of {count:N0}, {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s, accepted {run.Counts.Accepted:N0}, refused {run.Counts.Refused:N0}, findings {findings.Count}, slowest {run.Slowest.Time.TotalSeconds:N1} s (input {run.Slowest.Index}), alive {GC.GetTotalMemory(true) >> 20} MB, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
    }
}
Console.WriteLine($"{run.Counts.Accepted + run.Counts.Refused:N0} inputs, accepted {run.Counts.Accepted:N0}, refused {run.Counts.Refused:N0}, findings {findings.Count}, slowest {run.Slowest.Time.TotalSeconds:N1} s, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
return findings.Count == 0 ? 0 : 1;
