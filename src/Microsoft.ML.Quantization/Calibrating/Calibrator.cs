using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization;

/// <summary>Runs the float network over a view once and remembers the range of every activation.</summary>
internal sealed class Calibrator(QuantizableModel model, NetworkColumns columns, QuantizeObserveOptions options)
{
    private readonly RowNetwork _network = columns.Network;

    /// <summary>Calibrates on the rows of <paramref name="input"/>, in memory that does not grow with their number.</summary>
    /// <param name="input">The view.</param>
    /// <param name="step">What the log calls the step.</param>
    /// <param name="warnings">What a user should know beside the warnings of the conversion.</param>
    public CalibrationResult Run(IDataView input, string step, ImmutableArray<string> warnings)
    {
        ArgumentNullException.ThrowIfNull(input);
        options.CancellationToken.ThrowIfCancellationRequested();
        ImmutableArray<InputColumn> inputs = [.. columns.Inputs.Select(column => column.Bind(input.Schema))];
        string names = string.Join("', '", inputs.Select(column => column.Name));
        using var log = PipelineLog.Open(options.MLContext, step);
        foreach (string warning in warnings) { log.Warning(warning); }
        CalibrationRows rows = CalibrationRows.Of(input, options.CalibrationRows, options.Seed, options.CancellationToken);
        log.Info($"Calibrating on {(rows.Total is { } total ? total.ToString(CultureInfo.InvariantCulture) : "all")} rows of '{names}'.");

        using var quantizer = new StaticQuantizer(model.Graph, new()
        {
            QConfigs = options.QConfigs,
            Quantizer = options.Quantizer,
            Observers = options.Observers,
            Engine = _network.Execution.Engine,
            Threads = options.Threads ?? 1,
            TotalRows = rows.Total,
            Progress = options.Progress,
            CancellationToken = options.CancellationToken,
        });
        Observe(quantizer, input, inputs, rows, new(log, rows.Total));
        if (quantizer.Calibration.Rows == 0) { throw Errors.NothingToObserve(names); }

        log.Info($"Calibrated on {quantizer.Calibration.Rows} rows.");
        return new(quantizer, warnings);
    }

    private void Observe(StaticQuantizer quantizer, IDataView input, ImmutableArray<InputColumn> inputs, CalibrationRows wanted, CalibrationProgress progress)
    {
        using DataViewRowCursor cursor = input.GetRowCursor(inputs.Select(column => column.Require(input.Schema)).DistinctBy(column => column.Index));
        RowReader[] readers = [.. inputs.Select(column => RowReader.Open(cursor, input.Schema, column))];
        int size = _network.OneRow ? 1 : options.BatchSize;
        ImmutableArray<Tensor> batch = Batch(size);
        int rows = 0;

        for (long index = 0; !wanted.Done && cursor.MoveNext(); index++)
        {
            // A sample passes over many rows without a batch in between.
            if (index % options.BatchSize == 0) { options.CancellationToken.ThrowIfCancellationRequested(); }
            if (!wanted.Takes(index)) { continue; }
            for (int i = 0; i < readers.Length; i++) { Read(readers[i], inputs[i], index, Row(batch[i], rows, inputs[i].Value.Bytes)); }
            if (++rows < size) { continue; }
            quantizer.Observe(batch);
            rows = 0;
            progress.Report(quantizer.Calibration.Rows);
        }
        if (rows > 0) { quantizer.Observe(First(batch, rows)); }
    }

    private static void Read(RowReader reader, InputColumn column, long index, Span<byte> row)
    {
        reader.Read(row);
        if (column.Value.Type != ElementType.Float32) { return; }
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(row);
        for (int slot = 0; slot < values.Length; slot++)
        {
            if (float.IsNaN(values[slot])) { throw Errors.ValueIsNaN(column.Name, index, slot); }
        }
    }

    private static Span<byte> Row(Tensor tensor, int row, int bytes) => tensor.Bytes.Slice(row * bytes, bytes);

    private ImmutableArray<Tensor> Batch(int rows) => [.. _network.Inputs.Select(input => new Tensor(input.Type, input.ShapeOf(rows)))];

    private ImmutableArray<Tensor> First(ImmutableArray<Tensor> batch, int rows)
    {
        ImmutableArray<Tensor> rest = Batch(rows);
        for (int i = 0; i < rest.Length; i++) { batch[i].Bytes[..rest[i].Bytes.Length].CopyTo(rest[i].Bytes); }
        return rest;
    }
}
