using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>A scalar or vector column in another item type. A key stays a key of as many values; a type that cannot hold them is refused.</summary>
internal static class ColumnConversion
{
    public static MappedColumn Create(string output, DataViewSchema.Column input, DataKind kind)
    {
        var vector = input.Type as VectorDataViewType;
        DataViewType source = vector?.ItemType ?? input.Type;
        PrimitiveDataViewType target = MemberTypes.Of(kind);
        if (source is KeyDataViewType key && KeyDataViewType.IsValidDataType(target.RawType))
        {
            target = new KeyDataViewType(target.RawType, Math.Min(key.Count, KeyDataViewType.Largest(target.RawType)));
        }
        if ((source is KeyDataViewType keys && (target as KeyDataViewType)?.Count != keys.Count) || !MemberTypes.IsBuiltIn(source.RawType) || !Conversions.Exists(source.RawType, target.RawType))
        {
            throw new ArgumentOutOfRangeException("inputSchema",
                $"source column '{input.Name}' with item type '{input.Type}' is not compatible with destination type '{target}'");
        }
        DataViewType type = vector is null ? target : new VectorDataViewType(target, vector.Dimensions);
        Func<DataViewRow, DataViewSchema.Column, PrimitiveDataViewType, Delegate> make = vector is null ? MakeScalar<int, int> : MakeVector<int, int>;
        var typed = make.Method.GetGenericMethodDefinition().MakeGenericMethod(source.RawType, target.RawType)
            .CreateDelegate<Func<DataViewRow, DataViewSchema.Column, PrimitiveDataViewType, Delegate>>();
        return new(output, type, Annotate(input, source, type, target), [input.Index], row => typed(row, input, target));
    }

    private static DataViewSchema.Annotations Annotate(DataViewSchema.Column input, DataViewType source, DataViewType type, PrimitiveDataViewType target)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        if (type is VectorDataViewType { IsKnownSize: true }) { annotations.Add(input.Annotations, name => name == "SlotNames"); }
        if (source is KeyDataViewType from && target is KeyDataViewType to && from.Count == to.Count) { annotations.Add(input.Annotations, name => name == "KeyValues"); }
        if (source is NumberDataViewType && target is NumberDataViewType) { annotations.Add(input.Annotations, name => name == "IsNormalized"); }
        if (input.Type is BooleanDataViewType && target is NumberDataViewType) { annotations.AddPrimitiveValue("IsNormalized", BooleanDataViewType.Instance, true); }
        return annotations.ToAnnotations();
    }

    private static Delegate MakeScalar<TFrom, TTo>(DataViewRow row, DataViewSchema.Column input, PrimitiveDataViewType target)
    {
        ValueGetter<TFrom> read = row.GetGetter<TFrom>(input);
        Func<TFrom, TTo> convert = Conversions.Make<TFrom, TTo>(target is KeyDataViewType ? MemberTypes.BuiltIn(target.RawType) : target);
        TFrom source = default;
        return (ValueGetter<TTo>)((ref TTo value) =>
        {
            read(ref source);
            value = convert(source);
        });
    }

    private static Delegate MakeVector<TFrom, TTo>(DataViewRow row, DataViewSchema.Column input, PrimitiveDataViewType target)
    {
        ValueGetter<VBuffer<TFrom>> read = row.GetGetter<VBuffer<TFrom>>(input);
        Func<TFrom, TTo> convert = Conversions.Make<TFrom, TTo>(target is KeyDataViewType ? MemberTypes.BuiltIn(target.RawType) : target);
        VBuffer<TFrom> source = default;
        return (ValueGetter<VBuffer<TTo>>)((ref VBuffer<TTo> value) =>
        {
            read(ref source);
            ReadOnlySpan<TFrom> values = source.GetValues();
            VBufferEditor<TTo> editor = VBufferEditor.Create(ref value, source.Length, values.Length);
            for (int i = 0; i < values.Length; i++) { editor.Values[i] = convert(values[i]); }
            if (!source.IsDense) { source.GetIndices().CopyTo(editor.Indices); }
            value = editor.Commit();
        });
    }
}
