using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>One of the engine's pools.</summary>
internal delegate void PoolCall(StepCall call, PoolTables tables);

/// <summary>A pool of the engine, with its tables for the input's size.</summary>
/// <param name="window">The window for an input's spatial sizes.</param>
/// <param name="run">The engine's pool.</param>
internal sealed class PoolStep(Func<ImmutableArray<int>, ConvolutionWindow> window, PoolCall run) : Step
{
    public override BufferLayout Layout => BufferLayout.ChannelsLast;

    public override object Prepare(StepCall call)
    {
        ReadOnlySpan<int> input = call.InputShape(0).Spatial();
        return PoolTables.Plan(window([.. input]), input, call.OutputShape(0).Spatial());
    }

    public override void Run(StepCall call) => run(call, (PoolTables)call.State!);
}
