using BenchmarkDotNet.Running;
using Microsoft.ML.Quantization.Benchmarks.Peers;
using Microsoft.ML.Quantization.Benchmarks.Scoring;

namespace Microsoft.ML.Quantization.Benchmarks;

/// <summary>
/// <c>peers</c> compares with ONNX Runtime, <c>engines</c> our engines with each other, <c>steps</c> shows where a model's time goes, <c>threads</c> what a second thread gives, <c>speed</c> measures the table behind <c>PreferSpeed</c>, <c>scoring</c> times ML.NET's Transform; anything else goes to
/// BenchmarkDotNet. <c>--without-amx</c> among the arguments of the first five takes tile registers from both sides, see <see cref="TileRegisterBan"/>.
/// </summary>
internal static class Program
{
    private const int Failed = 1, WrongUsage = 2;

    private const string WithoutAmx = "--without-amx";

    private static int Main(string[] arguments)
    {
        bool withoutAmx = arguments is ["steps" or "threads" or "scoring" or "peers" or "engines", ..] && arguments.Contains(WithoutAmx);
        if (withoutAmx)
        {
            if (!TileRegisterBan.Install(out string refusal))
            {
                Console.Error.WriteLine(refusal);
                return Failed;
            }
            arguments = [.. arguments.Where(static argument => argument != WithoutAmx)];
        }
        if (arguments is [FirstPlan.Command, var path]) { return FirstPlan.Run(path); }
        if (arguments is ["speed", ..]) { return SpeedCommand.Run(arguments.AsSpan(1)); }
        if (arguments is ["engines", ..]) { return EnginesCommand.Run(arguments.AsSpan(1), withoutAmx); }
        if (arguments is ["steps", ..]) { return StepsCommand.Run(arguments.AsSpan(1)); }
        if (arguments is ["threads", ..]) { return ThreadsCommand.Run(arguments.AsSpan(1)); }
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
        return PeersCommand.Run(options with { WithoutAmx = withoutAmx });
    }
}
