using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The meaning of <see cref="Int8ConvolutionSpec"/> as plain loops. Normative; speed does not matter.</summary>
internal sealed class ReferenceInt8Convolution : BoundConvolution
{
    private readonly Int8ConvolutionSpec _spec;

    public ReferenceInt8Convolution(Int8ConvolutionSpec spec)
    {
        SpecCheck.Require(spec);
        _spec = spec;
    }

    public override ConvolutionTables Plan(ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize) => new ReferenceTables(_spec.Window, _spec.Transposed, inputSize, outputSize) { Owner = this };

    public override void Run(ConvolutionTables tables, int batch, ReadOnlySpan<byte> input, ReadOnlySpan<byte> residual, Span<byte> output, WorkerPool? workers)
    {
        tables.RequireOwner(this);
        var map = (ReferenceTables)tables;
        int elementSize = _spec.Output is FloatOutput ? sizeof(float) : 1;
        SpecCheck.Residual(_spec.Residual is not null, residual.Length, (long)batch * map.OutputPixels * _spec.OutputChannels);
        SpecCheck.Buffers(input.Length, output.Length, (long)batch * map.InputPixels * _spec.InputChannels, (long)batch * map.OutputPixels * _spec.OutputChannels * elementSize);
        for (int row = 0; row < batch * map.OutputPixels; row++)
        {
            (int image, int pixel) = Math.DivRem(row, map.OutputPixels);
            ReadOnlySpan<int> sources = map.Sources.AsSpan(pixel * map.Taps, map.Taps);
            ReadOnlySpan<byte> x = input[(image * map.InputPixels * _spec.InputChannels)..];
            for (int channel = 0; channel < _spec.OutputChannels; channel++)
            {
                int index = row * _spec.OutputChannels + channel;
                // The output may lie where the residual does.
                byte added = _spec.Residual is null ? (byte)0 : residual[index];
                Store(output, index, channel, Accumulate(x, sources, channel));
                if (_spec.Residual is { } sum) { output[index] = sum.Output.Code(sum.Own.Real(output[index]) + sum.Other.Real(added)); }
            }
        }
    }

    private int Accumulate(ReadOnlySpan<byte> image, ReadOnlySpan<int> sources, int channel)
    {
        int depth = _spec.InputChannels / _spec.Groups;
        int firstInput = channel / (_spec.OutputChannels / _spec.Groups) * depth;
        ReadOnlySpan<sbyte> weights = _spec.Weights.Span.Slice(channel * sources.Length * depth, sources.Length * depth);
        int sum = _spec.Bias.IsEmpty ? 0 : _spec.Bias.Span[channel];
        for (int tap = 0; tap < sources.Length; tap++)
        {
            if (sources[tap] < 0) { continue; }
            for (int k = 0; k < depth; k++)
            {
                byte code = image[sources[tap] * _spec.InputChannels + firstInput + k];
                int value = _spec.InputSigned ? (sbyte)code : code;
                sum += (value - _spec.InputZeroPoint) * weights[tap * depth + k];
            }
        }
        return sum;
    }

    private void Store(Span<byte> output, int index, int channel, int sum)
    {
        if (_spec.Output is QuantizedOutput codes)
        {
            output[index] = Requantization.Code(sum * codes.Multipliers[channel], codes.ZeroPoint, codes.Minimum, codes.Maximum);
        }
        else if (_spec.Output is FloatOutput floats)
        {
            float value = Requantization.Clamp(sum * floats.Scales[channel], floats.Minimum, floats.Maximum);
            MemoryMarshal.Write(output[(index * sizeof(float))..], value);
        }
    }
}
