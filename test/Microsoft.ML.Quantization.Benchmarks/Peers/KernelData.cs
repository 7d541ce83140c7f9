using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Benchmarks.Peers;

/// <summary>The numbers of one kernel, the same for both sides.</summary>
internal sealed class KernelData
{
    public const float InputScale = 0.02f, OutputScale = 0.1f;

    public const int InputZeroPoint = 121, OutputZeroPoint = 117;

    /// <param name="shape">The kernel.</param>
    /// <param name="largestWeight">Weights lie between it and its negative.</param>
    public KernelData(KernelShape shape, int largestWeight = 127)
    {
        var random = new Random(20);
        Input = new byte[shape.InputPixels * shape.Channels];
        random.NextBytes(Input);
        // [output, tap, channel of the group], as our engine takes them.
        int depth = shape.Channels / shape.Groups * shape.Kernel * shape.Kernel;
        Weights = new sbyte[shape.Outputs * depth];
        for (int i = 0; i < Weights.Length; i++) { Weights[i] = (sbyte)random.Next(-largestWeight, largestWeight + 1); }
        WeightScales = [.. Enumerable.Range(0, shape.Outputs).Select(_ => (0.5f + random.NextSingle()) * 0.02f / MathF.Sqrt(depth))];
        Bias = [.. Enumerable.Range(0, shape.Outputs).Select(_ => random.Next(-2000, 2000))];
    }

    public byte[] Input { get; }

    public sbyte[] Weights { get; }

    public float[] WeightScales { get; }

    public int[] Bias { get; }

    /// <summary>Our specification of it.</summary>
    public Int8ConvolutionSpec Spec(KernelShape shape) => new()
    {
        Window = shape.IsConvolution
            ? new([shape.Kernel, shape.Kernel], [shape.Stride, shape.Stride], [1, 1], [shape.Padding, shape.Padding], [shape.Padding, shape.Padding])
            : ConvolutionWindow.None,
        Groups = shape.Groups,
        InputChannels = shape.Channels,
        OutputChannels = shape.Outputs,
        Weights = Weights,
        Bias = shape.IsConvolution ? Bias : default(ReadOnlyMemory<int>),
        InputZeroPoint = InputZeroPoint,
        Output = new QuantizedOutput([.. WeightScales.Select(static scale => InputScale * scale / OutputScale)], OutputZeroPoint, 0, 255, false),
    };
}
