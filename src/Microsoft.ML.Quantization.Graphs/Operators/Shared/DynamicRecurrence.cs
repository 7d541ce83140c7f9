using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>What the recurrent operators with 8-bit weights share: four inputs with W's scale and zero point, then R's, from <c>firstScale</c> on.</summary>
internal static class DynamicRecurrence
{
    /// <summary>The domain of the functions that files carry for GRU and RNN.</summary>
    public const string Domain = "Microsoft.ML.Quantization";

    /// <summary>The node with its settings as ONNX's operator has them.</summary>
    public static Node Plain(Node node)
    {
        NodeAttributes attributes = node.Attributes.With("direction", node.Attributes.Int("reverse", 0) != 0 ? "reverse" : "forward");
        return node with { Attributes = node.Attributes.Int("relu", 0) != 0 ? attributes.With("activations", ImmutableArray.Create("Relu")) : attributes };
    }

    /// <summary>Facts of the outputs.</summary>
    public static ImmutableArray<TensorFact> Infer(InferenceSite site, RecurrentSettings settings, int gates, int states, int firstScale)
    {
        TensorFact w = Codes(site, 1), r = Codes(site, 2);
        Coded(site, w, firstScale);
        Coded(site, r, firstScale + 2);
        InferenceSite plain = site with { Facts = site.Facts.SetItem(1, Transposed(w)).SetItem(2, Transposed(r)) };
        return RecurrentSettings.Infer(plain, gates, states, settings);

        static TensorFact Codes(InferenceSite site, int index) => site.Input(index, ElementType.Int8, ElementType.UInt8).WithRank(site, index, 3, 3);

        static TensorFact Transposed(TensorFact codes) => new(ElementType.Float32, [codes.Dimensions[0], codes.Dimensions[2], codes.Dimensions[1]]);
    }

    /// <summary>The step: packed now where weights, scales and bias are constant, in every run otherwise.</summary>
    public static Step Bind(IOperator op, BindSite site, RecurrentSettings settings, RecurrentCell cell, int firstScale, bool paddingCounts)
    {
        if (site.Node.HasInput(3) && site.Constant(3) is null) { return new ForwardStep(op, site.Node); }
        foreach (int index in (ReadOnlySpan<int>)[1, 2, firstScale, firstScale + 1, firstScale + 2, firstScale + 3])
        {
            if (site.Constant(index) is null) { return new ForwardStep(op, site.Node); }
        }
        return Pack(site.Node, site.Engine, settings, cell, index => site.Constant(index), firstScale, paddingCounts);
    }

    /// <summary>Packs the weights that a call brings, and runs it.</summary>
    public static void Forward(StepCall call, RecurrentSettings settings, RecurrentCell cell, int firstScale, bool paddingCounts) =>
        RecurrentBinding.Run(call, Pack(call.Node, call.Engine, settings, cell, index => Load(call, index), firstScale, paddingCounts));

    private static Tensor? Load(StepCall call, int index) => call.HasInput(index) ? new(call.InputType(index), call.InputShape(index), call.Input<byte>(index).ToArray()) : null;

    private static RecurrentStep Pack(Node node, Engine engine, RecurrentSettings settings, RecurrentCell cell, Func<int, Tensor?> input, int firstScale, bool paddingCounts)
    {
        if (input(1)!.Length == 0 || input(2)!.Length == 0) { throw new QuantizationException($"{node}: its weights are {input(1)} and {input(2)}; expected at least one feature and a state of at least one number."); }
        return RecurrentBinding.Dynamic(engine, settings, cell, Weights(1, firstScale), Weights(2, firstScale + 2), input(3) is { } bias ? bias.AsSpan<float>() : [], paddingCounts);

        CodedWeights Weights(int codes, int scale) => new(input(codes)!, input(scale)!, input(scale + 1)!);
    }

    private static void Coded(InferenceSite site, TensorFact codes, int scale)
    {
        TensorFact scales = site.Float(scale).WithRank(site, scale, 1, 2), zeros = site.Input(scale + 1, codes.Type).WithRank(site, scale + 1, scales.Rank, scales.Rank);
        foreach (TensorFact fact in (ReadOnlySpan<TensorFact>)[scales, zeros])
        {
            if (!fact.Dimensions[0].MayEqual(codes.Dimensions[0]) || (fact.Rank == 2 && !fact.Dimensions[1].MayEqual(codes.Dimensions[2])))
            {
                throw site.Refuse($"the weights {codes} have scales or zero points {fact}; expected one for each direction, or for each direction and column");
            }
        }
    }
}
