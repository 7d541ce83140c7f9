namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Hands the bytes of the first input on, under another shape or under the same one.</summary>
internal sealed class CopyStep(BufferLayout layout) : Step
{
    public override BufferLayout Layout => layout;

    public override bool Reads(int index) => index == 0;

    public override void Run(StepCall call)
    {
        ReadOnlySpan<byte> from = call.Input<byte>(0);
        Span<byte> to = call.Output<byte>(0);
        if (from.Length != to.Length) { throw new QuantizationException($"{call.Node} makes {call.OutputShape(0)} of {call.InputShape(0)}; expected as many elements. Check the axes or the shape given to it."); }
        from.CopyTo(to);
    }
}
