using System.Collections.Immutable;

namespace Microsoft.ML.Quantization;

/// <summary>A float network and the columns around it: the checked form of <see cref="QuantizeObserveOptions"/>.</summary>
internal sealed record NetworkColumns(RowNetwork Network, ImmutableArray<string> Inputs, ImmutableArray<ScoreOutput> Outputs)
{
    /// <summary>Checks the options against the network.</summary>
    public static NetworkColumns From(QuantizableModel model, QuantizeObserveOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ExecutionSettings.RequirePositive(nameof(options.BatchSize), options.BatchSize);
        ExecutionSettings.RequirePositive(nameof(options.CalibrationRows), options.CalibrationRows ?? 1);
        var network = new RowNetwork(model.Graph, options.ToExecution());
        return new(network, ColumnMap.Inputs(model.Graph, options.InputColumnName, options.Inputs), ColumnMap.Outputs(network, options.OutputColumnName, options.Outputs));
    }

    /// <summary>The columns to append after fitting.</summary>
    public ScoreColumns Score(int batchSize, Func<CalibrationResult>? calibration = null) => new(Network, Inputs, Outputs, batchSize, calibration);

    /// <summary>Checks the inputs in a shape and appends the outputs to it.</summary>
    public SchemaShape Append(SchemaShape inputSchema, ScoreColumns columns)
    {
        foreach ((string name, RowValue value) in Inputs.Zip(Network.Inputs)) { Columns.RequireInput(inputSchema, name, value); }
        return SchemaShapes.Append(inputSchema, columns.ToSchema([.. Inputs.Select(_ => 1)]));
    }
}
