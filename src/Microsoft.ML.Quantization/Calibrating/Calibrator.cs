using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization;

/// <summary>Runs the float network over a view once and remembers the range of every activation.</summary>
internal sealed class Calibrator(QuantizableModel model, RowNetwork network, ImmutableArray<string> inputs, QuantizeObserveOptions options)
{
    /// <summary>Calibrates on the rows of <paramref name="input"/>, in memory that does not grow with their number.</summary>
    public CalibrationResult Run(IDataView input)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        DataViewSchema.Column[] columns = [.. inputs.Zip(network.Inputs, (name, value) => Columns.RequireInput(input.Schema, name, value))];
        string names = string.Join("', '", inputs);
        using var log = PipelineLog.Open(options.MLContext, "Observe");
        CalibrationRows rows = CalibrationRows.Of(input, options.CalibrationRows, options.Seed, options.CancellationToken);
        log.Info($"Calibrating on {(rows.Total is { } total ? total.ToString(CultureInfo.InvariantCulture) : "all")} rows of '{names}'.");

        using var quantizer = new StaticQuantizer(model.Graph, new()
        {
            QConfigs = options.QConfigs,
            Observers = options.Observers,
            Engine = options.Engine is { } name ? EngineList.Find(name) : null,
            Threads = options.Threads,
            TotalRows = rows.Total,
            Progress = options.Progress,
            CancellationToken = options.CancellationToken,
        });
        Observe(quantizer, input, columns, rows, log);
        if (quantizer.Calibration.Rows == 0) { throw Errors.NothingToObserve(names); }

        log.Info($"Calibrated on {quantizer.Calibration.Rows} rows.");
        return new(quantizer);
    }

    private void Observe(StaticQuantizer quantizer, IDataView input, DataViewSchema.Column[] columns, CalibrationRows wanted, PipelineLog log)
    {
        using DataViewRowCursor cursor = input.GetRowCursor(columns.Distinct());
        RowReader[] readers = [.. columns.Select(column => new RowReader(cursor, column))];
        int size = network.OneRow ? 1 : options.BatchSize;
        ImmutableArray<Tensor> batch = Batch(size);
        (int rows, long logged) = (0, 0);

        for (long index = 0; !wanted.Done && cursor.MoveNext(); index++)
        {
            if (!wanted.Takes(index)) { continue; }
            for (int i = 0; i < readers.Length; i++) { Read(readers[i], inputs[i], index, Row(batch[i], rows, network.Inputs[i].Length)); }
            if (++rows < size) { continue; }
            quantizer.Observe(batch);
            rows = 0;
            if (quantizer.Calibration.Rows - logged >= 1_000)
            {
                logged = quantizer.Calibration.Rows;
                log.Info($"{logged} rows observed.");
            }
        }
        if (rows > 0) { quantizer.Observe(First(batch, rows)); }
    }

    private static void Read(RowReader reader, string column, long index, Span<float> row)
    {
        reader.Read(row);
        for (int slot = 0; slot < row.Length; slot++)
        {
            if (float.IsNaN(row[slot])) { throw Errors.ValueIsNaN(column, index, slot); }
        }
    }

    private static Span<float> Row(Tensor tensor, int row, int length) => tensor.AsSpan<float>().Slice(row * length, length);

    private ImmutableArray<Tensor> Batch(int rows) => [.. network.Inputs.Select(input => new Tensor(ElementType.Float32, input.ShapeOf(rows)))];

    private ImmutableArray<Tensor> First(ImmutableArray<Tensor> batch, int rows)
    {
        ImmutableArray<Tensor> rest = Batch(rows);
        for (int i = 0; i < rest.Length; i++) { batch[i].Bytes[..rest[i].Bytes.Length].CopyTo(rest[i].Bytes); }
        return rest;
    }
}
