using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Looks at the values of one column, row by row.</summary>
internal abstract class NormalizerFitting
{
    public static NormalizerFitting Create(DataViewRow row, DataViewSchema.Column column) =>
        ((column.Type as VectorDataViewType)?.ItemType ?? column.Type).RawType == typeof(float) ? new Slots<float>(row, column) : new Slots<double>(row, column);

    public abstract void Look();

    public abstract ColumnNormalizer Finish(NormalizerOptions options);

    private sealed class Slots<T> : NormalizerFitting
        where T : struct, IFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        private readonly ValueGetter<VBuffer<T>> _read;
        private readonly bool _isVector;
        private readonly SlotStatistics[] _slots;
        private VBuffer<T> _row;
        private long _rows;

        public Slots(DataViewRow row, DataViewSchema.Column column)
        {
            (_read, _isVector) = (Vectors.Widen<T>(row, column), column.Type is VectorDataViewType);
            _slots = [.. Enumerable.Range(0, (column.Type as VectorDataViewType)?.Size ?? 1).Select(_ => new SlotStatistics())];
        }

        public override void Look()
        {
            _read(ref _row);
            if (_row.Length != _slots.Length) { throw new InvalidOperationException($"Normalizer expected {_slots.Length} slots but got {_row.Length}"); }
            _rows++;
            ReadOnlySpan<T> values = _row.GetValues();
            for (int i = 0; i < values.Length; i++) { _slots[_row.IsDense ? i : _row.GetIndices()[i]].Look(double.CreateTruncating(values[i])); }
        }

        public override ColumnNormalizer Finish(NormalizerOptions options)
        {
            foreach (SlotStatistics slot in _slots) { slot.Finish(_rows); }
            bool isCdf = options is { MeanVariance: true, UseCdf: true };
            (T First, T Second)[] pairs = [.. _slots.Select(slot => isCdf ? Cdf(slot) : options.MeanVariance ? ByMean(slot, options.FixZero) : ByRange(slot, options.FixZero))];
            return new SlotNormalizer<T>([.. pairs.Select(pair => pair.First)], [.. pairs.Select(pair => pair.Second)], isCdf, _isVector);
        }

        // One value only, or none: everything becomes 0.
        private static (T, T) ByRange(SlotStatistics slot, bool fixZero)
        {
            T min = T.CreateTruncating(slot.Min), max = T.CreateTruncating(slot.Max);
            if (!(max > min)) { return (T.Zero, T.Zero); }
            if (fixZero) { return (T.One / T.Max(T.Abs(max), T.Abs(min)), T.Zero); }
            T scale = T.One / (max - min);
            return (scale, scale == T.Zero ? T.Zero : min);
        }

        private static (T, T) ByMean(SlotStatistics slot, bool fixZero)
        {
            if (slot.SquaredDeviations == 0) { return (T.Zero, T.Zero); }
            double spread = fixZero ? Math.Sqrt(slot.Variance + (slot.Mean * slot.Mean)) : Math.Sqrt(slot.Variance);
            T scale = T.One / T.CreateTruncating(spread);
            return (scale, fixZero || scale == T.Zero ? T.Zero : T.CreateTruncating(slot.Mean));
        }

        private static (T, T) Cdf(SlotStatistics slot) => slot.SquaredDeviations == 0
            ? (T.Zero, T.Zero)
            : (T.CreateTruncating(Math.Sqrt(slot.Variance)), T.CreateTruncating(slot.Mean));
    }
}
