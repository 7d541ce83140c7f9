using BenchmarkDotNet.Running;
using Microsoft.ML.Quantization.Benchmarks.Peers;
using Microsoft.ML.Quantization.Benchmarks.Scoring;

namespace Microsoft.ML.Quantization.Benchmarks;

/// <summary><c>peers</c> compares with ONNX Runtime, <c>steps</c> shows where a model's time goes, <c>scoring</c> times ML.NET's Transform; anything else goes to BenchmarkDotNet.</summary>
internal static class Program
{
    private const int WrongUsage = 2;

    private static int Main(string[] arguments)
    {
        if (arguments is ["steps", ..]) { return StepsCommand.Run(arguments.AsSpan(1)); }
        if (arguments is ["scoring", ..]) { return ScoringCommand.Run(arguments.AsSpan(1)); }
        if (arguments is not ["peers", ..])
        {
            BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments);
            return 0;
        }
        if (!PeersOptions.TryParse(arguments.AsSpan(1), out PeersOptions options, out string problem))
        {
            Console.Error.WriteLine(problem);
            Console.Error.WriteLine(PeersOptions.Usage);
            return WrongUsage;
        }
        return PeersCommand.Run(options);
    }
}
