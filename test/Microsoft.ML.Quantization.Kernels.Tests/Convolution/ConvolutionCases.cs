using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests;

/// <summary>Awkward on purpose: below, at and above tiles and blocks, depths that are no multiple of four, every kind of window.</summary>
public static class ConvolutionCases
{
    public static IEnumerable<ConvolutionCase> All =>
    [
        .. from rows in new[] { 1, 2, 3, 4, 5, 6, 7, 13, 48, 49 }
           from depth in new[] { 1, 3, 4, 5, 64 }
           select ConvolutionCase.MatMul(rows, depth, 33),
        .. from columns in new[] { 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 96, 130, 144 }
           from rows in new[] { 1, 5 }
           select ConvolutionCase.MatMul(rows, 13, columns),
        // Every height of every width of tile.
        .. from columns in new[] { 8, 16, 24, 30, 48, 64 }
           from rows in Enumerable.Range(1, 13)
           select ConvolutionCase.MatMul(rows, 20, columns),
        ConvolutionCase.MatMul(101, 33, 70),
        // Several blocks of rows, and one row over several panels at once.
        ConvolutionCase.MatMul(301, 40, 70),
        ConvolutionCase.MatMul(1, 21, 290),
        ConvolutionCase.Conv2D("one pixel of wide groups", 1, 10, 272, 1, 1, 1, 0, 1, 2),
        ConvolutionCase.MatMul(0, 5, 3),
        ConvolutionCase.MatMul(3, 1031, 40),
        // Tile registers of two heights in turn, over several panels and over one.
        ConvolutionCase.MatMul(49, 130, 200),
        ConvolutionCase.MatMul(39, 144, 24),
        // More weights than a second-level cache keeps.
        ConvolutionCase.MatMul(13, 8200, 130),
        ConvolutionCase.Conv2D("rows that are no whole cache lines", 2, 24, 70, 7, 3, 1, 1),
        .. from channels in new[] { 1, 2, 3, 4, 5, 8, 16, 17 }
           from kernel in new[] { 1, 3 }
           select ConvolutionCase.Conv2D("few channels", 2, channels, 16, 7, kernel, 1, kernel / 2),
        ConvolutionCase.Conv2D("first layer", 1, 3, 24, 15, 7, 2, 3),
        ConvolutionCase.Conv2D("first layer dilated", 1, 3, 5, 9, 3, 1, 2, 2),
        ConvolutionCase.Conv2D("first layer", 3, 1, 32, 12, 5, 1, 2),
        ConvolutionCase.Conv2D("body", 2, 64, 64, 7, 3, 1, 1),
        // Rows of the kernel outside the image: over several images, far outside, dilated, strided, in groups, before or after only, in three dimensions.
        ConvolutionCase.Conv2D("rows of padding", 3, 20, 70, 9, 3, 1, 1),
        ConvolutionCase.Conv2D("rows of padding in blocks", 9, 20, 40, 7, 3, 1, 1),
        ConvolutionCase.Conv2D("rows of padding far outside", 1, 20, 24, 7, 3, 1, 9),
        ConvolutionCase.Conv2D("rows of padding dilated", 2, 20, 17, 9, 3, 1, 4, 4),
        ConvolutionCase.Conv2D("rows of padding strided", 1, 24, 36, 13, 5, 2, 2),
        ConvolutionCase.Conv2D("rows of padding in groups", 1, 64, 80, 8, 3, 1, 1, 1, 2),
        ConvolutionCase.Conv2D("rows of padding of a high kernel", 1, 20, 16, 8, 8, 1, 4),
        new("rows of padding at the end", 2, 20, 33, 1, [4, 9], [4, 2], [1, 1], [1, 1], [0, 0], [3, 1]),
        new("rows of padding at the begin", 1, 20, 33, 1, [6, 9], [3, 3], [2, 1], [1, 1], [2, 1], [0, 1]),
        new("rows of padding 3d", 1, 17, 9, 1, [3, 4, 5], [3, 3, 3], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]),
        ConvolutionCase.Conv2D("strided", 1, 32, 48, 9, 3, 2, 1),
        ConvolutionCase.Conv2D("dilated", 1, 20, 17, 9, 3, 1, 2, 2),
        ConvolutionCase.Conv2D("taps of four bytes", 1, 20, 15, 5, 3, 1, 1, 1, 5),
        ConvolutionCase.Conv2D("taps of twelve bytes", 1, 24, 48, 5, 3, 1, 1, 1, 2),
        ConvolutionCase.Conv2D("point", 2, 24, 10, 5, 1),
        ConvolutionCase.Conv2D("all padding at the corner", 1, 8, 8, 2, 2, 2, 3),
        ConvolutionCase.Conv2D("groups", 2, 8, 12, 6, 3, 1, 1, 1, 4),
        ConvolutionCase.Conv2D("groups of odd size", 1, 15, 9, 5, 3, 1, 1, 1, 3),
        ConvolutionCase.Conv2D("wide groups", 1, 64, 80, 4, 3, 1, 1, 1, 2),
        ConvolutionCase.Conv2D("depthwise of five strided", 1, 70, 70, 11, 5, 2, 2, 1, 70),
        ConvolutionCase.Conv2D("depthwise of seven", 1, 65, 65, 9, 7, 1, 3, 1, 65),
        ConvolutionCase.Conv2D("depthwise of nine", 1, 3, 3, 12, 9, 1, 4, 1, 3),
        ConvolutionCase.Conv2D("depthwise of one", 1, 64, 64, 5, 1, 1, 0, 1, 64),
        ConvolutionCase.Conv2D("depthwise stride of three", 1, 16, 16, 13, 3, 3, 1, 1, 16),
        new("depthwise 1d", 2, 20, 20, 20, [30], [4], [1], [1], [2], [1]),
        new("depthwise uneven", 1, 12, 12, 12, [7, 9], [2, 5], [2, 3], [2, 1], [1, 0], [0, 3]),
        new("depthwise 3d", 1, 6, 6, 6, [3, 4, 5], [2, 3, 3], [1, 1, 1], [1, 1, 1], [1, 1, 1], [0, 1, 1]),
        .. from channels in new[] { 2, 5, 16, 31, 32, 33, 63, 64, 72, 144 }
           select ConvolutionCase.Conv2D("depthwise", 2, channels, channels, 6, 3, 1, 1, 1, channels),
        new("depthwise of long rows", 2, 40, 40, 40, [3, 37], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        new("depthwise of long rows strided", 2, 33, 33, 33, [5, 71], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),
        new("depthwise of four by three", 1, 17, 17, 17, [6, 20], [4, 3], [1, 1], [1, 1], [2, 1], [1, 1]),
        ConvolutionCase.Conv2D("depthwise strided", 1, 40, 40, 9, 3, 2, 1, 1, 40),
        ConvolutionCase.Conv2D("depthwise of five", 1, 24, 24, 9, 5, 1, 2, 1, 24),
        ConvolutionCase.Conv2D("depthwise dilated", 1, 24, 24, 9, 2, 1, 2, 3, 24),
        ConvolutionCase.Conv2D("depthwise multiplied", 1, 6, 18, 5, 3, 1, 1, 1, 6),
        .. from stride in new[] { 1, 2, 3 }
           from kernel in new[] { 2, 3, 4 }
           from pad in new[] { 0, 1 }
           select ConvolutionCase.Conv2D("transposed", 2, 5, 18, 4, kernel, stride, pad, 1, 1, true),
        ConvolutionCase.Conv2D("transposed groups", 1, 8, 6, 4, 3, 2, 1, 1, 2, true),
        ConvolutionCase.Conv2D("transposed depthwise", 1, 8, 8, 4, 4, 2, 1, 1, 8, true),
        ConvolutionCase.Conv2D("transposed dilated", 1, 4, 3, 4, 3, 2, 1, 2, 1, true),
        ConvolutionCase.Conv2D("transposed with gaps", 1, 4, 3, 3, 1, 3, 0, 1, 1, true),
        // Few channels out: pixels in the lanes.
        .. from channels in new[] { 4, 8, 16, 32, 64 }
           from outputs in new[] { 1, 2, 3, 4 }
           select ConvolutionCase.Conv2D("thin", 2, channels, outputs, 9, 3, 1, 1),
        new("thin uneven", 2, 8, 1, 1, [7, 70], [3, 2], [1, 1], [2, 3], [3, 0], [0, 2]),
        new("thin of several bands", 1, 32, 1, 1, [60, 64], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        new("thin causal 1d", 2, 8, 3, 1, [41], [3], [1], [4], [8], [0]),
        ConvolutionCase.Conv2D("thin with more padding than image", 1, 8, 1, 2, 3, 1, 4),
        ConvolutionCase.Conv2D("thin without room", 1, 16, 2, 5, 5),
        // Phases merged into channels.
        ConvolutionCase.Conv2D("transposed to few channels", 2, 16, 8, 14, 4, 2, 1, 1, 1, true),
        ConvolutionCase.Conv2D("transposed to one channel", 2, 12, 1, 5, 5, 3, 2, 1, 1, true),
        ConvolutionCase.Conv2D("transposed with more padding than a step", 1, 6, 3, 6, 5, 2, 4, 1, 1, true),
        new("transposed uneven", 2, 4, 3, 1, [5, 7], [4, 3], [3, 2], [1, 2], [2, 1], [1, 0], true),
        new("1d transposed to few channels", 2, 8, 5, 1, [11], [4], [2], [1], [1], [0], true),
        new("causal 1d", 2, 6, 20, 1, [30], [3], [1], [4], [8], [0]),
        new("1d strided", 1, 1, 7, 1, [23], [5], [3], [1], [1], [2]),
        new("1d transposed", 1, 3, 4, 1, [6], [4], [2], [1], [1], [0], true),
        new("3d", 1, 4, 9, 1, [3, 4, 5], [2, 3, 3], [1, 2, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]),
        new("3d transposed", 1, 3, 5, 1, [2, 3, 2], [2, 3, 2], [2, 1, 3], [1, 1, 1], [0, 1, 0], [1, 0, 0], true),
        new("uneven 2d", 1, 10, 11, 1, [5, 8], [3, 2], [2, 3], [1, 2], [2, 0], [0, 3]),
    ];

    public static IEnumerable<object[]> EveryEngineAndCase =>
        from engine in EnginesUnderTest.All
        from shape in All
        select new object[] { engine.Name, shape };

    public static string Title(System.Reflection.MethodInfo method, object[] row) => $"{method.Name} ({row[0]}, {row[1]})";
}
