using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary>
/// Layers beyond those of the golden networks, prepared, run once and converted, against PyTorch 1.13.1 with its engine qnnpack: scale, zero point and codes were written down there. Inputs and parameters follow <see cref="Numbers"/>;
/// activations are min-max quint8, weights per-tensor symmetric qint8.
/// </summary>
[TestClass]
public sealed class ConvertedLayerSpec
{
    public static IEnumerable<object[]> Cases =>
    [
        ["BatchNorm2d", 0.018920784816145897, 177, new int[] { 168, 68, 140, 40, 114, 14, 86, 159, 60, 145, 232, 169, 255, 192, 129, 216, 152, 239, 179, 251, 198, 146, 218, 165, 237, 185, 132, 200, 160, 215, 175, 230, 190, 149, 204, 164, 27, 100, 0, 73, 146, 46, 119, 19, 92, 117, 203, 140, 227, 163, 250, 187, 124, 210, 155, 228, 175, 247, 194, 142, 214, 161, 233, 182, 142, 197, 157, 212, 172, 227, 187, 147 }],
        ["LayerNorm", 0.015094462782144547, 143, new int[] { 164, 228, 152, 204, 155, 154, 133, 146, 52, 133, 224, 155, 185, 147, 148, 111, 141, 255, 167, 219, 162, 142, 129, 139, 0, 184, 117, 180, 141, 150, 140, 95 }],
        ["GroupNorm", 0.01842927187681198, 142, new int[] { 170, 60, 140, 29, 110, 0, 192, 127, 216, 151, 241, 175, 223, 174, 124, 192, 143, 210, 155, 203, 168, 134, 181, 146, 12, 91, 170, 62, 141, 32, 167, 255, 190, 126, 214, 150, 213, 164, 231, 182, 134, 200, 149, 195, 161, 127, 174, 140 }],
        ["InstanceNorm2d", 0.013593810610473156, 124, new int[] { 8, 153, 48, 193, 87, 231, 126, 21, 165, 59, 204, 99, 243, 138, 32, 177, 55, 201, 95, 240, 134, 28, 173, 67, 212, 106, 1, 145, 39, 185, 79, 224, 134, 25, 174, 65, 215, 106, 255, 146, 37, 187, 77, 227, 118, 9, 158, 49, 185, 71, 226, 114, 1, 155, 42, 197, 85, 238, 126, 14, 168, 55, 210, 97, 8, 153, 48, 193, 87, 231, 126, 21, 165, 59, 204, 99, 243, 138, 32, 177, 55, 201, 95, 240, 134, 28, 173, 67, 212, 106, 1, 145, 39, 185, 79, 224 }],
        ["Hardswish", 0.007723140995949507, 49, new int[] { 6, 71, 1, 129, 12, 202, 41, 2, 86, 3, 149, 20, 228, 53, 1, 104, 6, 171, 28, 254, 66, 1, 123, 10, 194, 38, 3, 81, 2, 142, 17, 219, 49, 1, 97, 5, 164, 25, 245, 62, 0, 116, 9, 186, 34, 4, 76, 1, 136, 14, 211, 45, 2, 92, 3, 156, 22, 236, 57, 1, 110, 7, 179, 31 }],
        ["ELU", 0.010988881811499596, 79, new int[] { 0, 107, 11, 165, 31, 221, 68, 3, 124, 16, 182, 40, 238, 85, 6, 142, 21, 198, 51, 255, 101, 10, 159, 28, 215, 64, 2, 118, 14, 176, 37, 232, 79, 5, 135, 19, 193, 47, 249, 96, 8, 153, 26, 210, 59, 1, 113, 12, 170, 33, 227, 74, 4, 130, 17, 187, 44, 243, 90, 7, 148, 23, 204, 55 }],
        ["LeakyReLU", 0.009166667237877846, 44, new int[] { 0, 78, 14, 147, 27, 214, 41, 5, 98, 18, 167, 32, 234, 51, 9, 120, 22, 187, 36, 255, 71, 13, 140, 26, 207, 40, 3, 91, 17, 160, 31, 228, 44, 7, 111, 21, 180, 35, 248, 64, 11, 133, 25, 201, 39, 2, 84, 15, 153, 29, 221, 43, 6, 105, 19, 174, 33, 241, 57, 10, 127, 23, 194, 37 }],
        ["ConvTranspose2d", 0.042723651975393295, 119, new int[] { 140, 40, 88, 83, 92, 26, 86, 22, 139, 141, 138, 175, 50, 47, 71, 140, 0, 93, 54, 86, 98, 152, 166, 130, 111, 72, 97, 85, 83, 94, 181, 177, 95, 171, 113, 79, 84, 98, 97, 183, 105, 217, 255, 62, 118, 139, 137, 29, 142, 145, 135, 97, 185, 183, 149, 162, 93, 152, 131, 126, 174, 174, 164, 132, 151, 179, 65, 113, 117, 104, 62, 164, 100, 211, 171, 130, 176, 80, 89, 121, 163, 50, 122, 88, 128, 139, 152, 159, 128, 150 }],
        ["Conv1d", 0.030836397781968117, 134, new int[] { 56, 146, 66, 171, 89, 187, 0, 40, 125, 245, 135, 213, 103, 59, 251, 196, 129, 90, 144, 125, 179, 183, 164, 108, 173, 53, 54, 153, 130, 205, 157, 219, 128, 163, 177, 175, 164, 138, 103, 136, 148, 143, 20, 26, 138, 120, 208, 158, 57, 53, 158, 78, 175, 69, 142, 41, 255, 151, 229, 120, 75, 201, 133, 180, 129, 127, 108, 161, 166, 196, 176, 206, 173, 178, 42, 141, 215, 168, 194, 89, 128, 143, 165, 162, 136, 101, 140, 136, 148, 107, 137, 143, 126, 214, 115, 158 }],
        ["Conv2d reflect", 0.04299938678741455, 142, new int[] { 103, 0, 12, 204, 59, 115, 203, 82, 176, 41, 200, 22, 63, 208, 104, 187, 66, 212, 27, 137, 155, 33, 180, 53, 180, 209, 253, 222, 185, 144, 204, 124, 204, 255, 225, 119, 145, 201, 118, 119, 133, 89, 123, 138, 168, 206, 161, 195, 140, 188, 202, 127, 161, 188, 146, 94, 141, 157, 86, 56, 192, 157, 151, 132, 130, 214, 169, 196, 148, 176, 207, 161, 189, 129, 174, 122, 115, 56, 177, 133, 162, 148, 131, 153, 121, 215, 121, 79, 153, 151, 205, 157, 208, 126, 152, 159, 112, 163, 127, 170 }],
        ["Linear3", 0.031127450987696648, 139, new int[] { 181, 255, 84, 150, 221, 231, 89, 163, 88, 154, 129, 139, 197, 207, 165, 167, 237, 183, 0, 203, 193, 130, 40, 179, 60, 199, 221, 94, 100, 175, 185, 195, 184, 187, 225, 171 }],
        ["Tanh", 0.0078125, 128, new int[] { 5, 166, 15, 222, 46, 245, 112, 7, 187, 22, 232, 63, 248, 136, 10, 205, 30, 239, 83, 251, 159, 14, 218, 42, 244, 105, 6, 180, 19, 229, 58, 247, 128, 9, 198, 27, 237, 76, 250, 151, 12, 214, 38, 242, 97, 5, 173, 17, 226, 51, 246, 120, 8, 193, 24, 234, 69, 249, 144, 11, 210, 34, 241, 90 }],
        ["Hardsigmoid", 0.00390625, 0, new int[] { 42, 141, 69, 168, 96, 195, 123, 51, 149, 77, 176, 104, 202, 131, 59, 158, 85, 184, 112, 210, 139, 67, 166, 93, 192, 120, 48, 146, 75, 173, 102, 200, 128, 56, 154, 83, 181, 110, 208, 136, 64, 163, 90, 189, 117, 46, 144, 72, 171, 98, 197, 125, 54, 152, 80, 179, 107, 205, 133, 61, 160, 88, 187, 115 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_converted_layer_gives_the_codes_of_PyTorch(string name, double scale, int zeroPoint, int[] codes)
    {
        (Module layer, int[] shape) = Build(name);
        Module model = new Sequential(new QuantStub(), Numbers.Fill(layer), new DeQuantStub());
        model.QConfig = new(new() { Observer = "MinMax" }, ObserverDefaults.Weight);
        Tensor x = Numbers.Input(shape);
        Module converted = EagerQuantization.Quantize(model, [[x]]);
        QuantizedTensor y = converted["1"].Forward(converted["0"].Forward(x)).ToQuantizedTensor();
        // The observed range is a float sum, whose last bits differ.
        Assert.AreEqual(scale, y.QScale, 1e-6 * scale);
        Assert.AreEqual(zeroPoint, y.QZeroPoint);
        int[] found = [.. y.Codes().Bytes.ToArray().Select(code => (int)code)];
        Assert.HasCount(codes.Length, found);
        int[] differences = [.. codes.Zip(found, (right, ours) => Math.Abs(right - ours))];
        // One code at a tie; PyTorch's kernels dequantize in one step with a fused multiply-add, which moves some.
        Assert.IsLessThanOrEqualTo(1, differences.Max());
        Assert.IsLessThanOrEqualTo(codes.Length / 25, differences.Count(difference => difference > 0));
    }

    private static (Module Layer, int[] Shape) Build(string name) => name switch
    {
        "BatchNorm2d" => (new BatchNorm2d(4), [2, 4, 3, 3]),
        "LayerNorm" => (new LayerNorm([8]), [4, 8]),
        "GroupNorm" => (new GroupNorm(2, 4), [2, 4, 6]),
        "InstanceNorm2d" => (new InstanceNorm2d(3), [2, 3, 4, 4]),
        "Hardswish" => (new Hardswish(), [4, 16]),
        "ELU" => (new ELU(), [4, 16]),
        "LeakyReLU" => (new LeakyReLU(0.2f), [4, 16]),
        "ConvTranspose2d" => (new ConvTranspose2d(2, 3, [3]), [1, 2, 4, 3]),
        "Conv1d" => (new Conv1d(4, 6, [3], new() { Padding = [1], Groups = 2 }), [2, 4, 8]),
        "Conv2d reflect" => (new Conv2d(2, 4, [3], new() { Padding = [1] }, mode: PaddingMode.Reflect), [1, 2, 5, 5]),
        "Linear3" => (new Linear(8, 6), [2, 3, 8]),
        "Tanh" => (new Tanh(), [4, 16]),
        _ => (new Hardsigmoid(), [4, 16]),
    };
}
