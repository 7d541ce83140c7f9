using Microsoft.ML.Quantization.Sampling;

namespace Microsoft.ML.Quantization;

/// <summary>Which rows of a view calibration reads: all, or a sample of the whole drawn by seed. Never the first ones.</summary>
internal sealed class CalibrationRows
{
    private readonly long[]? _chosen;
    private int _next;

    private CalibrationRows(long[]? chosen, long? total) => (_chosen, Total) = (chosen, total);

    /// <summary>Rows it will read, when known.</summary>
    public long? Total { get; }

    /// <summary>Decides for a view.</summary>
    /// <remarks>A sample needs the number of rows. A view that does not know it is counted first, by a cursor without columns, so that memory stays constant.</remarks>
    public static CalibrationRows Of(IDataView view, int? limit, int seed, CancellationToken cancellation)
    {
        if (limit is not { } rows) { return new(null, view.GetRowCount()); }
        long[] chosen = ReservoirSampler.Choose(rows, view.GetRowCount() ?? Count(view, cancellation), unchecked((ulong)seed));
        return new(chosen, chosen.Length);
    }

    /// <summary>Whether all wanted rows have been passed.</summary>
    public bool Done => _chosen is not null && _next == _chosen.Length;

    /// <summary>Whether to read row <paramref name="index"/>; to be asked for every row in order.</summary>
    public bool Takes(long index)
    {
        if (_chosen is null) { return true; }
        if (Done || _chosen[_next] != index) { return false; }
        _next++;
        return true;
    }

    private static long Count(IDataView view, CancellationToken cancellation)
    {
        using DataViewRowCursor cursor = view.GetRowCursor([]);
        long count = 0;
        while (cursor.MoveNext())
        {
            if (count++ % 1024 == 0) { cancellation.ThrowIfCancellationRequested(); }
        }
        return count;
    }
}
