using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Quantizes by a constant map, in any layout where it has one scale.</summary>
internal sealed class QuantizeStep(QuantizationParameters map) : Step
{
    /// <summary>The map.</summary>
    public QuantizationParameters Map => map;

    public override BufferLayout Layout => map.IsPerChannel ? BufferLayout.RowMajor : BufferLayout.Any;

    public override bool Reads(int index) => index == 0;

    public override void Run(StepCall call) => QuantizeLinear.Run(call, map);
}
