using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The meaning of <see cref="FloatConvolutionSpec"/> as plain loops. Normative; speed does not matter.</summary>
internal sealed class ReferenceFloatConvolution : BoundConvolution
{
    private readonly FloatConvolutionSpec _spec;

    public ReferenceFloatConvolution(FloatConvolutionSpec spec)
    {
        SpecCheck.Require(spec);
        _spec = spec;
    }

    public override ConvolutionTables Plan(ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize) => new ReferenceTables(_spec.Window, _spec.Transposed, inputSize, outputSize) { Owner = this };

    public override void Run(ConvolutionTables tables, int batch, ReadOnlySpan<byte> input, ReadOnlySpan<byte> residual, Span<byte> output, WorkerPool? workers)
    {
        tables.RequireOwner(this);
        var map = (ReferenceTables)tables;
        long inputs = (long)batch * map.InputPixels * _spec.InputChannels, outputs = (long)batch * map.OutputPixels * _spec.OutputChannels;
        SpecCheck.Buffers(input.Length, output.Length, inputs * sizeof(float), outputs * sizeof(float));
        SpecCheck.Residual(_spec.AddsResidual, residual.Length, outputs * sizeof(float));
        ReadOnlySpan<float> x = MemoryMarshal.Cast<byte, float>(input);
        ReadOnlySpan<float> added = MemoryMarshal.Cast<byte, float>(residual);
        Span<float> y = MemoryMarshal.Cast<byte, float>(output);
        for (int row = 0; row < batch * map.OutputPixels; row++)
        {
            (int image, int pixel) = Math.DivRem(row, map.OutputPixels);
            ReadOnlySpan<int> sources = map.Sources.AsSpan(pixel * map.Taps, map.Taps);
            for (int channel = 0; channel < _spec.OutputChannels; channel++)
            {
                float sum = Accumulate(x[(image * map.InputPixels * _spec.InputChannels)..], sources, channel);
                sum += _spec.Bias.IsEmpty ? 0f : _spec.Bias.Span[channel];
                if (_spec.AddsResidual) { sum += added[row * _spec.OutputChannels + channel]; }
                y[row * _spec.OutputChannels + channel] = Requantization.Clamp(sum, _spec.Minimum, _spec.Maximum);
            }
        }
    }

    private float Accumulate(ReadOnlySpan<float> image, ReadOnlySpan<int> sources, int channel)
    {
        int depth = _spec.InputChannels / _spec.Groups;
        int firstInput = channel / (_spec.OutputChannels / _spec.Groups) * depth;
        ReadOnlySpan<float> weights = _spec.Weights.Span.Slice(channel * sources.Length * depth, sources.Length * depth);
        float sum = 0f;
        for (int tap = 0; tap < sources.Length; tap++)
        {
            if (sources[tap] == WindowSources.None) { continue; }
            for (int k = 0; k < depth; k++)
            {
                float value = sources[tap] == WindowSources.Outside ? 0f : image[sources[tap] * _spec.InputChannels + firstInput + k];
                sum = MathF.FusedMultiplyAdd(value, weights[tap * depth + k], sum);
            }
        }
        return sum;
    }
}
