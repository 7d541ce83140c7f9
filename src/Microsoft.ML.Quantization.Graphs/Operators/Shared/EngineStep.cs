using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A function of the engine over arrays of floats.</summary>
internal delegate void EngineFunction(Engine engine, ReadOnlySpan<float> x, Span<float> y);

/// <summary>Applies a function of the engine to each element, in any layout.</summary>
internal sealed class EngineStep(EngineFunction function) : Step
{
    public override BufferLayout Layout => BufferLayout.Any;

    public override bool MayOverwrite(int input) => input == 0;

    public override void Run(StepCall call) => function(call.Engine, call.Input<float>(0), call.Output<float>(0));
}
