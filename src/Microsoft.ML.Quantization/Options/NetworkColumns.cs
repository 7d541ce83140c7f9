using System.Collections.Immutable;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>A network and the columns around it: the checked form of <see cref="ScoringOptions"/>.</summary>
internal sealed record NetworkColumns(RowNetwork Network, ImmutableArray<InputColumn> Inputs, ImmutableArray<ScoreOutput> Outputs)
{
    /// <summary>Checks the options against the network.</summary>
    public static NetworkColumns From(Graph graph, ScoringOptions options)
    {
        var network = new RowNetwork(graph, options.ToExecution());
        ImmutableArray<string> inputs = ColumnMap.Inputs(graph, options.InputColumnName, options.Inputs);
        return new(network, [.. inputs.Zip(network.Inputs, (name, value) => new InputColumn(name, value))], ColumnMap.Outputs(network, options.OutputColumnName, options.Outputs));
    }

    /// <summary>Checks the options of calibration against the network.</summary>
    public static NetworkColumns From(QuantizableModel model, QuantizeObserveOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        RowExecution.RequirePositive(nameof(options.CalibrationRows), options.CalibrationRows ?? 1);
        return From(model.Graph, (ScoringOptions)options);
    }

    /// <summary>The columns to append, before any schema is known.</summary>
    public ScoreColumns Score(Func<CalibrationResult>? calibration = null) => new(Network, Inputs, Outputs, calibration);

    /// <summary>The columns to append after fitting to a schema.</summary>
    public ScoreColumns Score(DataViewSchema schema, Func<CalibrationResult>? calibration = null) =>
        Score(calibration) with { Inputs = [.. Inputs.Select(input => input.Bind(schema))] };

    /// <summary>Refuses a network whose output column hides one of its inputs, which a later step reads again.</summary>
    public void RequireOtherOutputs(string step)
    {
        if (Outputs.FirstOrDefault(output => Inputs.Any(input => input.Name == output.Column)) is { } clash) { throw Errors.OutputHidesInput(step, clash.Column); }
    }

    /// <summary>Checks the inputs in a shape and appends the outputs to it.</summary>
    public SchemaShape Append(SchemaShape inputSchema, ScoreColumns columns)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (InputColumn input in Inputs) { input.Require(inputSchema); }
        return SchemaShapes.Append(inputSchema, columns.ToSchema([.. Inputs.Select(_ => 1)]));
    }
}
