namespace Microsoft.ML.Quantization.Modules;

/// <summary>Clip, whose bounds are inputs.</summary>
internal static class Bounds
{
    public static string Clip(NodeWriter writer, string x, float minimum, float maximum) =>
        writer.Node("Clip", [x, writer.Constant("minimum", Tensor.Scalar(minimum)), writer.Constant("maximum", Tensor.Scalar(maximum))]);
}
