using System.Collections.Immutable;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>Settings that no exporter writes, found by the fuzz loop: each ends with a message.</summary>
[TestClass]
public sealed class HostileSettingsSpec
{
    [TestMethod]
    public void A_window_that_would_take_for_ever_is_refused()
    {
        var graph = new GraphBuilder("wide", 13);
        graph.AddInput("x", new(ElementType.Float32, [1, 1, 3, 3]));
        graph.AddInput("w", new(ElementType.Float32, [1, 1, 1 << 16, 2]));
        graph.Add(new Node("scatter", "ConvTranspose", ["x", "w"], ["y"], NodeAttributes.Empty.With("dilations", ImmutableArray.Create(2L, 2L))));
        graph.AddOutput("y");
        Refusal.Of(() => Run(graph.Build()), "131,072 taps", "visits", "Check kernel sizes and pads");
    }

    [TestMethod]
    public void A_squeeze_to_nothing_of_several_elements_is_refused()
    {
        var graph = new GraphBuilder("squeeze", 13);
        graph.AddInput("x", new(ElementType.Float32, [3, 1]));
        graph.AddInput("axes", new(ElementType.Int64, [3]));
        graph.Add(new Node("squeeze", "Squeeze", ["x", "axes"], ["y"], NodeAttributes.Empty));
        graph.AddOutput("y");
        Refusal.Of(() => Run(graph.Build()), "Squeeze 'squeeze'", "expected as many elements");
    }

    [TestMethod]
    public void An_If_without_a_branch_is_refused()
    {
        var branch = new GraphBuilder("then", 13);
        branch.Add(new Node("one", "Identity", [branch.AddConstant("c", Tensor.Scalar(1f))], ["b"], NodeAttributes.Empty));
        branch.AddOutput("b");
        var graph = new GraphBuilder("half", 13);
        graph.AddInput("goes", new(ElementType.Boolean, Shape.Scalar));
        graph.Add(new Node("if", "If", ["goes"], ["y"], NodeAttributes.Empty.With("then_branch", branch.Build())));
        graph.AddOutput("y");
        Refusal.Of(() => graph.Build(), "If 'if'", "its else_branch is missing");
    }

    [TestMethod]
    public void A_loss_of_targets_that_do_not_fit_is_refused()
    {
        var graph = new GraphBuilder("loss", 13);
        graph.AddInput("x", new(ElementType.Float32, [3, 5]));
        graph.AddInput("target", new(ElementType.Int64, [4]));
        graph.Add(new Node("loss", "NegativeLogLikelihoodLoss", ["x", "target"], ["y"], NodeAttributes.Empty));
        graph.AddOutput("y");
        Refusal.Of(() => graph.Build(), "NegativeLogLikelihoodLoss 'loss'", "its targets are int64[4]");
    }

    [TestMethod]
    public void Places_that_are_not_one_for_each_element_are_refused()
    {
        var graph = new GraphBuilder("unpool", 13);
        graph.AddInput("x", new(ElementType.Float32, [1, 1, 2, 2]));
        graph.AddInput("places", new(ElementType.Int64, [1, 1, 2, 1]));
        graph.Add(new Node("unpool", "MaxUnpool", ["x", "places"], ["y"], NodeAttributes.Empty.With("kernel_shape", ImmutableArray.Create(2L, 2L))));
        graph.AddOutput("y");
        Refusal.Of(() => graph.Build(), "MaxUnpool 'unpool'", "its places are int64[1, 1, 2, 1]");
    }

    [TestMethod]
    public void Zero_points_of_another_length_are_refused()
    {
        var graph = new GraphBuilder("product", 13);
        graph.AddInput("a", new(ElementType.UInt8, [2, 3]));
        graph.AddInput("b", new(ElementType.UInt8, [3, 4]));
        string zero = graph.AddConstant("zero", new Tensor(ElementType.UInt8, new Shape(3)));
        graph.Add(new Node("product", "MatMulInteger", ["a", "b", "", zero], ["y"], NodeAttributes.Empty));
        graph.AddOutput("y");
        Refusal.Of(() => graph.Build(), "its zero points (input 3) are uint8[3]", "each column of B, 4");
    }

    private static void Run(Graph graph)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(graph);
        plan.Run([.. graph.Inputs.Select(input => new Tensor(input.Fact.Type, input.Fact.ToShape()))]);
    }
}
