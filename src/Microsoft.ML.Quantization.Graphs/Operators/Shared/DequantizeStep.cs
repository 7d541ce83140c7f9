using Microsoft.ML.Quantization.Numerics;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Dequantizes by a constant map, in any layout where it has one scale.</summary>
internal sealed class DequantizeStep(QuantizationParameters map) : Step
{
    /// <summary>The map.</summary>
    public QuantizationParameters Map => map;

    public override BufferLayout Layout => map.IsPerChannel ? BufferLayout.RowMajor : BufferLayout.Any;

    public override bool Reads(int index) => index == 0;

    public override void Run(StepCall call) => DequantizeLinear.Run(call, map);
}
