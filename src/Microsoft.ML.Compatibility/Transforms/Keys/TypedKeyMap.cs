using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

internal sealed class TypedKeyMap<T> : KeyMap
{
    private readonly T[] _values;
    private readonly bool _asText;
    private readonly Dictionary<T, uint> _keys = new(Comparer);

    private TypedKeyMap(T[] values, bool asText)
    {
        (_values, _asText) = (values, asText);
        for (int i = 0; i < values.Length; i++) { _keys[values[i]] = (uint)i + 1; }
    }

    public TypedKeyMap(BinaryReader reader) : this(ReadValues(reader, out bool asText), asText)
    {
    }

    // Text is compared by its letters, not by where they lie.
    private static IEqualityComparer<T> Comparer => typeof(T) == typeof(ReadOnlyMemory<char>) ? (IEqualityComparer<T>)(object)new TextComparer() : EqualityComparer<T>.Default;

    public static KeyMap Learn(IDataView data, DataViewSchema.Column column, KeyMapOptions options)
    {
        var values = new List<T>();
        var seen = new HashSet<T>(Comparer);
        using (DataViewRowCursor cursor = data.GetRowCursor([column]))
        {
            ValueGetter<VBuffer<T>> read = Vectors.Widen<T>(cursor, column);
            VBuffer<T> row = default;
            while (cursor.MoveNext() && values.Count < options.MaximumKeys)
            {
                read(ref row);
                foreach (T value in row.DenseValues())
                {
                    if (values.Count == options.MaximumKeys) { break; }
                    if (!IsMissing(value) && seen.Add(value)) { values.Add(Own(value)); }
                }
            }
        }

        if (options.Ordinality == ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
        {
            values.Sort(typeof(T) == typeof(ReadOnlyMemory<char>) ? (IComparer<T>)(object)new TextComparer() : Comparer<T>.Default);
        }

        return new TypedKeyMap<T>([.. values], options.ValuesAsText);
    }

    public override MappedColumn Map(string output, DataViewSchema.Column input)
    {
        PrimitiveDataViewType item = ItemOf(input);
        if (item.RawType != typeof(T)) { throw Errors.WrongColumn("inputSchema", "input", input.Name, typeof(T).Name, input.Type.ToString()); }

        var key = new KeyDataViewType(typeof(uint), Math.Max(_values.Length, 1));
        DataViewType type = input.Type is VectorDataViewType vector ? new VectorDataViewType(key, vector.Dimensions) : key;
        var annotations = new DataViewSchema.Annotations.Builder();
        if (_values.Length > 0) { AddKeyValues(annotations, item); }
        annotations.Add(input.Annotations, name => name == "SlotNames");
        return new(output, type, annotations.ToAnnotations(), [input.Index], row => MakeGetter(row, input));
    }

    public override void Write(BinaryWriter writer)
    {
        writer.Write((byte)Enum.GetValues<DataKind>().Single(kind => MemberTypes.Of(kind).RawType == typeof(T)));
        writer.Write(_asText);
        writer.Write(_values.Length);
        foreach (T value in _values)
        {
            T item = value;
            if (item is ReadOnlyMemory<char> text) { writer.Write(text.ToString()); }
            else { writer.Write(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref item), Unsafe.SizeOf<T>())); }
        }
    }

    private static T[] ReadValues(BinaryReader reader, out bool asText)
    {
        asText = reader.ReadBoolean();
        T[] values = new T[reader.ReadInt32()];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = typeof(T) == typeof(ReadOnlyMemory<char>)
                ? (T)(object)reader.ReadString().AsMemory()
                : Unsafe.ReadUnaligned<T>(ref reader.ReadBytes(Unsafe.SizeOf<T>())[0]);
        }

        return values;
    }

    private static bool IsMissing(T value) => value is float.NaN or double.NaN or ReadOnlyMemory<char> { IsEmpty: true };

    // Text may be a slice of a buffer that is much larger than the key.
    private static T Own(T value) => value is ReadOnlyMemory<char> text ? (T)(object)text.ToString().AsMemory() : value;

    private void AddKeyValues(DataViewSchema.Annotations.Builder annotations, PrimitiveDataViewType item)
    {
        if (!_asText)
        {
            PrimitiveDataViewType type = item is KeyDataViewType ? MemberTypes.BuiltIn(typeof(T)) : item;
            annotations.Add("KeyValues", new VectorDataViewType(type, _values.Length), AnnotationValue.MakeGetter(_values, new VectorDataViewType(type, _values.Length)));
            return;
        }

        var text = new VectorDataViewType(TextDataViewType.Instance, _values.Length);
        string[] names = [.. _values.Select(TextOf)];
        annotations.Add("KeyValues", text, AnnotationValue.MakeGetter(names, text));
    }

    // Booleans are named by their numbers here, and only here.
    private static string TextOf(T value) => value switch
    {
        true => "1",
        false => "0",
        _ => Conversions.Make<T, ReadOnlyMemory<char>>(TextDataViewType.Instance)(value).ToString(),
    };

    private Delegate MakeGetter(DataViewRow row, DataViewSchema.Column input)
    {
        if (input.Type is VectorDataViewType)
        {
            ValueGetter<VBuffer<T>> readVector = row.GetGetter<VBuffer<T>>(input);
            VBuffer<T> values = default, dense = default;
            uint[] numbers = [];
            return (ValueGetter<VBuffer<uint>>)((ref VBuffer<uint> keys) =>
            {
                readVector(ref values);
                values.CopyToDense(ref dense);
                if (numbers.Length < dense.Length) { numbers = new uint[dense.Length]; }
                for (int i = 0; i < dense.Length; i++) { numbers[i] = KeyOf(dense.GetValues()[i]); }
                Vectors.Pack(numbers.AsSpan(0, dense.Length), ref keys);
            });
        }

        ValueGetter<T> read = row.GetGetter<T>(input);
        T value = default;
        return (ValueGetter<uint>)((ref uint key) =>
        {
            read(ref value);
            key = KeyOf(value);
        });
    }

    private uint KeyOf(T value) => _keys.GetValueOrDefault(value);
}
