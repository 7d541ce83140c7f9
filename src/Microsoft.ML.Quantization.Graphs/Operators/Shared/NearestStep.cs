using System.Collections.Immutable;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A Resize that takes the nearest position on spatial axes: moves elements of any type, in any layout.</summary>
/// <param name="sources">For an input and an output shape the position of the input that each position of the output takes.</param>
internal sealed class NearestStep(Func<StepCall, int[]> sources) : Step
{
    public override BufferLayout Layout => BufferLayout.Any;

    public override object Prepare(StepCall call) => sources(call);

    public override void Run(StepCall call)
    {
        switch (call.InputType(0).SizeInBytes())
        {
            case 1: Run<byte>(call); break;
            case 2: Run<ushort>(call); break;
            case 4: Run<uint>(call); break;
            default: Run<ulong>(call); break;
        }
    }

    private static void Run<T>(StepCall call) where T : unmanaged
    {
        var places = (int[])call.State!;
        Shape shape = call.InputShape(0);
        ReadOnlySpan<T> x = call.Input<T>(0);
        Span<T> y = call.Output<T>(0);
        if (y.IsEmpty) { return; }
        // A plane is an image of one channel, or an image of pixels that are moved whole.
        int elements = LayoutView.Turns(shape, call.Layout) ? shape[1] : 1, plane = shape.Count(2, shape.Rank) * elements;
        for (int from = 0, to = 0; to < y.Length; from += plane)
        {
            foreach (int place in places)
            {
                if (elements == 1) { y[to] = x[from + place]; }
                else { x.Slice(from + place * elements, elements).CopyTo(y[to..]); }
                to += elements;
            }
        }
    }
}
