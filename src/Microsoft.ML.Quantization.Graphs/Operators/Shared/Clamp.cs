namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>The clamp of Relu, Clip and fused activations; the same as the kernels' own.</summary>
internal static class Clamp
{
    /// <summary>min(max(x, minimum), maximum): the upper end wins where the ends cross, as ONNX has it. NaN stays NaN and a zero keeps its sign.</summary>
    public static float Value(float x, float minimum, float maximum)
    {
        float raised = x < minimum ? minimum : x;
        return raised > maximum ? maximum : raised;
    }
}
