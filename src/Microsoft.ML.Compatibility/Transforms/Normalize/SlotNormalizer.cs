using System.Collections.Immutable;
using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>
/// Two numbers for each slot: scale and offset of y = (x - offset) * scale, or, with <paramref name="isCdf"/>, deviation and mean of a
/// normal distribution in which y is the place of x.
/// </summary>
internal sealed class SlotNormalizer<T>(T[] first, T[] second, bool isCdf, bool isVector) : ColumnNormalizer
    where T : struct, IFloatingPointIeee754<T>
{
    public SlotNormalizer(BinaryReader reader) : this(ReadSlots(reader), ReadSlots(reader), reader.ReadBoolean(), reader.ReadBoolean())
    {
    }

    public override NormalizingTransformer.NormalizerModelParametersBase Parameters => (isCdf, isVector) switch
    {
        (true, true) => new NormalizingTransformer.CdfNormalizerModelParameters<ImmutableArray<T>>([.. second], [.. first], useLog: false),
        (true, false) => new NormalizingTransformer.CdfNormalizerModelParameters<T>(second[0], first[0], useLog: false),
        // Where no slot has an offset, ML.NET has none to tell.
        (false, true) => new NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<T>>([.. first], HasOffset ? [.. second] : []),
        (false, false) => new NormalizingTransformer.AffineNormalizerModelParameters<T>(first[0], second[0]),
    };

    private bool HasOffset => !isCdf && second.Any(offset => offset != T.Zero);

    public override MappedColumn Map(string output, DataViewSchema.Column input)
    {
        int size = (input.Type as VectorDataViewType)?.Size ?? 1;
        if (input.Type is VectorDataViewType != isVector || size != first.Length) { throw new InvalidOperationException($"Normalizer expected {first.Length} slots, but the input data column has {size} slots."); }
        DataViewType item = (input.Type as VectorDataViewType)?.ItemType ?? input.Type;
        if (item.RawType != typeof(T)) { throw Errors.WrongColumn("inputSchema", "input", input.Name, typeof(T).Name, input.Type.ToString()); }
        return new(output, input.Type, Annotate(input), [input.Index], row => isVector ? MakeVector(row, input) : MakeScalar(row, input));
    }

    public override void Write(BinaryWriter writer)
    {
        writer.Write(typeof(T) == typeof(float));
        foreach (T[] slots in (T[][])[first, second])
        {
            writer.Write(slots.Length);
            foreach (T value in slots) { writer.Write(double.CreateTruncating(value)); }
        }
        writer.Write(isCdf);
        writer.Write(isVector);
    }

    private static T[] ReadSlots(BinaryReader reader)
    {
        T[] slots = new T[reader.ReadInt32()];
        for (int i = 0; i < slots.Length; i++) { slots[i] = T.CreateTruncating(reader.ReadDouble()); }
        return slots;
    }

    private ValueGetter<T> MakeScalar(DataViewRow row, DataViewSchema.Column input)
    {
        ValueGetter<T> read = row.GetGetter<T>(input);
        return (ref T value) =>
        {
            read(ref value);
            value = Apply(0, value);
        };
    }

    private ValueGetter<VBuffer<T>> MakeVector(DataViewRow row, DataViewSchema.Column input)
    {
        ValueGetter<VBuffer<T>> read = row.GetGetter<VBuffer<T>>(input);
        VBuffer<T> source = default, dense = default;
        T[] slots = new T[first.Length];
        bool fills = HasOffset;
        return (ref VBuffer<T> value) =>
        {
            read(ref source);
            if (source.Length != first.Length) { throw new InvalidOperationException($"Normalizer expected {first.Length} slots but got {source.Length}"); }
            if (fills) { source.CopyToDense(ref dense); }
            VBuffer<T> from = fills ? dense : source;
            ReadOnlySpan<T> values = from.GetValues();
            Array.Clear(slots);
            for (int i = 0; i < values.Length; i++)
            {
                int slot = from.IsDense ? i : from.GetIndices()[i];
                slots[slot] = Apply(slot, values[i]);
            }
            Vectors.Pack(slots, ref value);
        };
    }

    private T Apply(int slot, T value)
    {
        if (!isCdf) { return (value - second[slot]) * first[slot]; }
        if (first[slot] <= T.Epsilon || !T.IsFinite(value)) { return T.Zero; }
        // Winitzki's approximation of the error function, with his a = 0.147.
        T x = (value - second[slot]) / first[slot];
        T half = x * x / T.CreateTruncating(2), scaled = T.CreateTruncating(0.147) * half;
        double exponent = double.CreateTruncating(-half) * ((4 / Math.PI) + double.CreateTruncating(scaled)) / double.CreateTruncating(T.One + scaled);
        return T.CreateTruncating(0.5 + (0.5 * T.Sign(x) * Math.Sqrt(1 - Math.Exp(exponent))));
    }
}
