namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>What could not be compared, and why: the other rows go on.</summary>
/// <param name="output">Where it is written.</param>
internal sealed class PeerLog(TextWriter output)
{
    /// <summary>Comparisons that failed.</summary>
    public int Failures { get; private set; }

    /// <summary>What was asked for, or null after writing why it failed.</summary>
    public T? Try<T>(string what, Func<T> measure) where T : class
    {
        try
        {
            return measure();
        }
        catch (Exception problem)
        {
            Failures++;
            output.WriteLine($"{what} failed: {problem.Message}");
            return null;
        }
    }

    /// <summary>Says what is not compared although nothing failed.</summary>
    public void LeaveOut(string what, string reason) => output.WriteLine($"{what} is left out: {reason}.");
}
