using Microsoft.ML.Quantization.Kernels.Functional;

namespace Microsoft.ML.Quantization.Modules.Dynamic;

/// <summary>What dynamically quantized modules share.</summary>
internal static class DynamicModules
{
    /// <summary>Why there is no graph of recurrent layers and convolutions: the passes over graphs choose among several forms there.</summary>
    public static QuantizationException NoGraph(string name) => new(
        $"{name} is quantized dynamically as a module and has no form as a graph; expected float modules. Write the float tree (ToGraph) and quantize that graph by ModelQuantizer.QuantizeDynamic.");

    /// <summary>The packed weights of one layer and direction.</summary>
    public static RecurrentWeights Pack(Module module, string suffix)
    {
        StateEntry input = module.Entries["weight_ih" + suffix], hidden = module.Entries["weight_hh" + suffix];
        (Tensor? inputBias, Tensor? hiddenBias) = (module.Entry("bias_ih" + suffix), module.Entry("bias_hh" + suffix));
        return input.Quantized is { } codes
            ? RecurrentWeights.Pack(codes, hidden.Quantized!, inputBias, hiddenBias)
            : RecurrentWeights.PackFloat16(input.Tensor!, hidden.Tensor!, inputBias, hiddenBias);
    }
}
