using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Weight-only quantization of a whole graph.</summary>
internal static class WeightOnlyQuantizer
{
    /// <exception cref="QuantizationException">The graph is quantized already, or the options cannot be met.</exception>
    public static QuantizedModel Run(Graph model, WeightOnlyOptions options)
    {
        if (options.Bits is not (8 or 4)) { throw new QuantizationException($"Weights were asked for with {options.Bits} bits; expected 8 or 4."); }
        if (options.BlockSize < 0) { throw new QuantizationException($"The block size is {options.BlockSize}; expected 0 for one scale for each channel, or the number of weights that share one."); }
        FloatModel.Require(model);
        PassResult simple = FusionPipeline.Run(model, FloatModel.Simplifications(options.Operators));
        PassResult rewritten = new WeightOnlyRewrite(simple.Graph, options).Run();
        ImmutableArray<PassNote> notes = [.. simple.Notes, .. rewritten.Notes];
        return new(rewritten.Graph, notes, FloatModel.WarnIfNothing(notes, ["QuantizeWeightOnly"]));
    }
}
