namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>One kernel to compare: a product of [Rows, Channels] and [Channels, Outputs], or a square convolution.</summary>
internal sealed record KernelShape(string Name, string Kind, int Rows, int Channels, int Outputs, int Size = 0, int Kernel = 1, int Stride = 1, int Groups = 1)
{
    public bool IsConvolution => Size > 0;

    public int Padding => Kernel / 2;

    public int OutputSize => (Size + 2 * Padding - Kernel) / Stride + 1;

    public int OutputPixels => IsConvolution ? OutputSize * OutputSize : Rows;

    public int InputPixels => IsConvolution ? Size * Size : Rows;

    public double Operations => 2.0 * OutputPixels * Outputs * (Channels / Groups) * Kernel * Kernel;

    public override string ToString() => Name;

    /// <summary>The shapes of the design's tables, named as there.</summary>
    public static IReadOnlyList<KernelShape> All { get; } =
    [
        .. Products("1x1024x1024 1x768x3072 16x768x768 64x1024x1024 128x768x3072 256x256x256 1024x1024x1024"),
        Convolution("c3x3_64", "conv", 56, 64, 64, 3),
        Convolution("c3x3_256", "conv", 14, 256, 256, 3),
        Convolution("c1x1_256_64", "conv", 56, 256, 64, 1),
        Convolution("c7x7", "firstconv", 224, 3, 64, 7, 2),
        .. Products("2x1024x1024 3x1024x1024 4x1024x1024 6x1024x1024 8x1024x1024 12x1024x1024 1x512x512 4x512x512 3136x64x256 3136x64x64 3136x24x144 3136x144x24 12544x16x96 196x384x64 49x2048x1000 784x576x128 128x64x128 128x128x64"),
        Convolution("dw144", "depthwise", 56, 144, 144, 3, 1, 144),
        Convolution("dw144_s2", "depthwise", 56, 144, 144, 3, 2, 144),
        Convolution("dw240_5x5", "depthwise", 28, 240, 240, 5, 1, 240),
    ];

    private static KernelShape Convolution(string name, string kind, int size, int channels, int outputs, int kernel, int stride = 1, int groups = 1) =>
        new(name, kind, 0, channels, outputs, size, kernel, stride, groups);

    private static IEnumerable<KernelShape> Products(string names)
    {
        foreach (string name in names.Split(' '))
        {
            int[] sizes = [.. name.Split('x').Select(int.Parse)];
            (int m, int k, int n) = (sizes[0], sizes[1], sizes[2]);
            yield return new(name, k <= 64 || n <= 32 ? "smallk" : m == 1 ? "gemv" : "gemm", m, k, n);
        }
    }
}
