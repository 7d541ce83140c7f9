using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Golden;

/// <summary>The settings of the observer that a golden case describes.</summary>
internal static class GoldenObserver
{
    public static ObserverSpec Spec(GoldenCase golden)
    {
        ObserverSpec plain = new() { Observer = golden.Text("observer")! };
        return plain with
        {
            Type = GoldenTensor.QuantizedTypeOf(golden.Text("dtype")!),
            Scheme = QSchemes.Parse(golden.Text("qscheme")!),
            QuantMin = golden.Integer("quant_min"),
            QuantMax = golden.Integer("quant_max"),
            ReduceRange = golden.Flag("reduce_range"),
            Eps = (float?)golden.Number("eps") ?? plain.Eps,
            ChannelAxis = golden.Integer("ch_axis") ?? plain.ChannelAxis,
            AveragingConstant = (float?)golden.Number("averaging_constant") ?? plain.AveragingConstant,
            Bins = golden.Integer("bins") ?? plain.Bins,
        };
    }
}
