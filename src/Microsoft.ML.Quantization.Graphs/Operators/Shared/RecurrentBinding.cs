using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>Packs the weights of recurrent layers: W [directions, gates · hidden, features], R [directions, gates · hidden, hidden], B [directions, 2 · gates · hidden].</summary>
internal static class RecurrentBinding
{
    private delegate GateProduct MakeProduct(int direction, int firstRow, int rows, float[] bias);

    /// <summary>The step of a float layer: packed now where weights and bias are constant, in every run otherwise.</summary>
    public static Step Bind(IOperator op, BindSite site, RecurrentSettings settings, RecurrentCell cell) =>
        site.Constant(1) is { } w && site.Constant(2) is { } r && (!site.Node.HasInput(3) || site.Constant(3) is not null) && w.Length > 0 && r.Length > 0
            ? Float(site.Engine, settings, cell, w.Shape, w.AsSpan<float>(), r.Shape, r.AsSpan<float>(), site.Constant(3) is { } bias ? bias.AsSpan<float>() : [])
            : new ForwardStep(op, site.Node);

    /// <summary>Packs the weights that a call brings, and runs it.</summary>
    public static void Forward(StepCall call, RecurrentSettings settings, RecurrentCell cell)
    {
        Shape w = call.InputShape(1), r = call.InputShape(2);
        if (w.Length == 0 || r.Length == 0) { throw new QuantizationException($"{call.Node}: its weights are {w} and {r}; expected at least one feature and a state of at least one number."); }
        Run(call, Float(call.Engine, settings, cell, w, call.Input<float>(1), r, call.Input<float>(2), call.HasInput(3) ? call.Input<float>(3) : []));
    }

    /// <summary>Runs a step that was made for one call.</summary>
    public static void Run(StepCall call, Step step)
    {
        Memory<byte> scratch = call.ScratchMemory;
        call.State = step.Prepare(call);
        call.ScratchMemory = new byte[step.ScratchBytes(call)];
        step.Run(call);
        (call.State, call.ScratchMemory) = (null, scratch);
    }

    /// <summary>The step of a layer with 8-bit weights.</summary>
    public static RecurrentStep Dynamic(Engine engine, RecurrentSettings settings, RecurrentCell cell, CodedWeights w, CodedWeights r, ReadOnlySpan<float> bias, bool paddingCounts)
    {
        int hidden = r.Depth;
        return new(settings, cell, hidden, Products(settings, cell, hidden, bias.ToArray(), Product(w), Product(r)), paddingCounts);

        MakeProduct Product(CodedWeights weights) => (direction, first, rows, own) =>
            new DynamicGateProduct(new(engine, weights.Centered(direction).AsSpan(first * weights.Depth, rows * weights.Depth), weights.Depth, weights.Scales(direction, first, rows), own));
    }

    private static RecurrentStep Float(Engine engine, RecurrentSettings settings, RecurrentCell cell, Shape wShape, ReadOnlySpan<float> w, Shape rShape, ReadOnlySpan<float> r, ReadOnlySpan<float> bias)
    {
        (int hidden, int features) = (rShape[2], wShape[2]);
        return new(settings, cell, hidden, Products(settings, cell, hidden, bias.ToArray(), Product(w.ToArray(), features), Product(r.ToArray(), hidden)));

        MakeProduct Product(float[] weights, int depth) => (direction, first, rows, own) =>
            new FloatGateProduct(engine, weights.AsSpan((direction * cell.Gates * hidden + first) * depth, rows * depth), depth, own);
    }

    private static ImmutableArray<RecurrentProducts> Products(RecurrentSettings settings, RecurrentCell cell, int hidden, float[] bias, MakeProduct input, MakeProduct state)
    {
        int rows = cell.Gates * hidden;
        var products = ImmutableArray.CreateBuilder<RecurrentProducts>();
        for (int direction = 0; direction < settings.Directions; direction++)
        {
            float[] own = bias.Length == 0 ? new float[2 * rows] : bias[(direction * 2 * rows)..((direction + 1) * 2 * rows)];
            var groups = ImmutableArray.CreateBuilder<GateProduct>();
            int first = 0;
            foreach (int gates in cell.Groups)
            {
                groups.Add(state(direction, first, gates * hidden, own[(rows + first)..(rows + first + gates * hidden)]));
                first += gates * hidden;
            }
            products.Add(new(input(direction, 0, rows, own[..rows]), groups.ToImmutable()));
        }
        return products.ToImmutable();
    }
}
