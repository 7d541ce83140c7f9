namespace Microsoft.ML.Quantization.Kernels;

/// <summary>Sums by an engine's general addition.</summary>
internal sealed class PlainSum(Engine engine, CodeParameters a, CodeParameters b, CodeParameters output) : BoundSum
{
    public override void Run(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> y) => engine.Add(left, a, right, b, y, output);
}
