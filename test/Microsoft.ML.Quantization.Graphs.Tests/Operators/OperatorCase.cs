using System.Collections.Immutable;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Tests;

/// <summary>One node with values for its inputs, some of them constants: a graph of one operator.</summary>
internal sealed record OperatorCase(string Operator, int Opset, ImmutableArray<Tensor?> Inputs, ImmutableHashSet<int> Constants, NodeAttributes Attributes)
{
    /// <summary>The operator's domain; empty for ONNX's own.</summary>
    public string Domain { get; init; } = "";

    /// <summary>A case whose inputs are all run-time values; null for one left out.</summary>
    public static OperatorCase Of(string op, params ImmutableArray<Tensor?> inputs) => new(op, 13, inputs, [], NodeAttributes.Empty);

    /// <summary>The case with these inputs as constants.</summary>
    public OperatorCase Fixing(params int[] inputs) => this with { Constants = [.. Constants, .. inputs] };

    /// <summary>The case with an attribute; an int list may be given as int[].</summary>
    public OperatorCase With(string name, object value) => this with
    {
        Attributes = Attributes.With(name, value is int[] list ? list.Select(number => (long)number).ToImmutableArray() : value),
    };

    /// <summary>The case in another operator set.</summary>
    public OperatorCase At(int opset) => this with { Opset = opset };

    /// <summary>The operator.</summary>
    public IOperator Find() => OperatorList.BuiltIn.Find(Node, Opset);

    /// <summary>The node.</summary>
    public Node Node => new("node", Operator, [.. Inputs.Select((input, i) => input is null ? "" : $"x{i}")], ["y"], Attributes, Domain);

    /// <summary>Facts of the outputs, inferred with the sizes of the inputs.</summary>
    public ImmutableArray<TensorFact> Infer() => Infer([.. Inputs.Select(input => input is null ? null : new TensorFact(input.Type, input.Shape))]);

    /// <summary>Facts of the outputs, inferred from other facts.</summary>
    public ImmutableArray<TensorFact> Infer(ImmutableArray<TensorFact?> facts) =>
        Find().Infer(new InferenceSite(Node, Opset, facts, [.. Inputs.Select((input, i) => Constants.Contains(i) ? input : null)]));

    /// <summary>The plain forward.</summary>
    public Tensor Forward() => ConstantEvaluator.Evaluate(Node, Find(), Inputs,
        Find().Infer(new InferenceSite(Node, Opset, [.. Inputs.Select(input => input is null ? null : new TensorFact(input.Type, input.Shape))], Inputs)))[0];

    /// <summary>A graph of the one node; axis 0 of run-time inputs is called batch where <paramref name="symbolic"/>.</summary>
    public Graph Graph(bool symbolic = false)
    {
        var builder = new GraphBuilder("case", Opset);
        for (int i = 0; i < Inputs.Length; i++)
        {
            if (Inputs[i] is not { } input) { continue; }
            if (Constants.Contains(i)) { builder.AddConstant($"x{i}", input); }
            else
            {
                var fact = new TensorFact(input.Type, input.Shape);
                builder.AddInput($"x{i}", symbolic && fact.Rank > 0 ? fact with { Dimensions = fact.Dimensions.SetItem(0, Dimension.Named("batch")) } : fact);
            }
        }
        builder.Add(Node);
        builder.AddOutput("y");
        return builder.Build();
    }

    /// <summary>The result of the bound step.</summary>
    public Tensor Bound(Engine engine, bool symbolic = false)
    {
        using ExecutionPlan plan = ExecutionPlan.Bind(Graph(symbolic), new ExecutionOptions { Engine = engine });
        return plan.Run([.. Inputs.Where((input, i) => input is not null && !Constants.Contains(i)).Select(input => input!)])[0];
    }
}
