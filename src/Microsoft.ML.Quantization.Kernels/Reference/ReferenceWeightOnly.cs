using System.Runtime.InteropServices;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>The meaning of <see cref="WeightOnlySpec"/> as plain loops. Normative; speed does not matter.</summary>
internal sealed class ReferenceWeightOnly : BoundConvolution
{
    private readonly WeightOnlySpec _spec;

    public ReferenceWeightOnly(WeightOnlySpec spec)
    {
        SpecCheck.Require(spec);
        _spec = spec;
    }

    public override ConvolutionTables Plan(ReadOnlySpan<int> inputSize, ReadOnlySpan<int> outputSize) =>
        new ReferenceTables(ConvolutionWindow.None, false, inputSize, outputSize) { Owner = this };

    public override void Run(ConvolutionTables tables, int batch, ReadOnlySpan<byte> input, ReadOnlySpan<byte> residual, Span<byte> output, WorkerPool? workers)
    {
        LengthCheck.NotNegative(batch);
        tables.RequireOwner(this);
        SpecCheck.Buffers(input.Length, output.Length, (long)batch * _spec.Depth * sizeof(float), (long)batch * _spec.Outputs * sizeof(float));
        SpecCheck.Residual(adds: false, residual.Length, 0);
        ReadOnlySpan<float> x = MemoryMarshal.Cast<byte, float>(input);
        Span<float> y = MemoryMarshal.Cast<byte, float>(output);
        for (int row = 0; row < batch; row++)
        {
            for (int n = 0; n < _spec.Outputs; n++)
            {
                float sum = Accumulate(x.Slice(row * _spec.Depth, _spec.Depth), n) + (_spec.Bias.IsEmpty ? 0f : _spec.Bias.Span[n]);
                y[row * _spec.Outputs + n] = Requantization.Clamp(sum, _spec.Minimum, _spec.Maximum);
            }
        }
    }

    private float Accumulate(ReadOnlySpan<float> x, int output)
    {
        ReadOnlySpan<byte> codes = _spec.Codes.Span.Slice(output * _spec.Depth, _spec.Depth);
        float sum = 0f;
        for (int k = 0; k < codes.Length; k++)
        {
            int block = output * _spec.Blocks + k / _spec.BlockSize;
            int zero = _spec.ZeroPoints.IsEmpty ? _spec.MiddleCode : _spec.ZeroPoints.Span[block];
            float weight = (codes[k] - zero) * _spec.Scales.Span[block];
            sum = MathF.FusedMultiplyAdd(x[k], weight, sum);
        }
        return sum;
    }
}
