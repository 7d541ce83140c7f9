using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

internal static class KeyValues
{
    public static MappedColumn Map(string output, DataViewSchema.Column input)
    {
        var vector = input.Type as VectorDataViewType;
        if (input.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is not VectorDataViewType values) { throw new InvalidOperationException("Metadata KeyValues does not exist"); }
        if ((vector?.ItemType ?? input.Type) is not KeyDataViewType key || values.Size != (int)Math.Min(key.Count, int.MaxValue))
        {
            throw new InvalidOperationException("KeyValues metadata size does not match column type key count");
        }

        DataViewType type = vector is null ? values.ItemType : new VectorDataViewType(values.ItemType, vector.Dimensions);
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(input.Annotations, name => name == "SlotNames");
        Func<DataViewRow, DataViewSchema.Column, Delegate> make = MakeGetter<int, int>;
        var typed = make.Method.GetGenericMethodDefinition().MakeGenericMethod(key.RawType, values.ItemType.RawType)
            .CreateDelegate<Func<DataViewRow, DataViewSchema.Column, Delegate>>();
        return new(output, type, annotations.ToAnnotations(), [input.Index], row => typed(row, input));
    }

    private static Delegate MakeGetter<TKey, TValue>(DataViewRow row, DataViewSchema.Column input)
        where TKey : System.Numerics.INumberBase<TKey>
    {
        VBuffer<TValue> values = default;
        input.Annotations.GetValue("KeyValues", ref values);
        TValue missing = default(TValue) switch
        {
            float => (TValue)(object)float.NaN,
            double => (TValue)(object)double.NaN,
            _ => default,
        };
        ValueGetter<VBuffer<TKey>> read = Vectors.Widen<TKey>(row, input);
        VBuffer<TKey> keys = default;
        TValue ValueOf(TKey key) => int.CreateSaturating(key) is var number && number > 0 && number <= values.Length ? values.GetItemOrDefault(number - 1) : missing;

        if (input.Type is not VectorDataViewType)
        {
            return (ValueGetter<TValue>)((ref TValue value) =>
            {
                read(ref keys);
                value = ValueOf(keys.GetValues()[0]);
            });
        }

        return (ValueGetter<VBuffer<TValue>>)((ref VBuffer<TValue> value) =>
        {
            read(ref keys);
            if (!keys.IsDense && missing is not (float or double))
            {
                // Where missing is the default value, sparse stays sparse.
                VBufferEditor<TValue> sparse = VBufferEditor.Create(ref value, keys.Length, keys.GetValues().Length);
                keys.GetIndices().CopyTo(sparse.Indices);
                for (int i = 0; i < keys.GetValues().Length; i++) { sparse.Values[i] = ValueOf(keys.GetValues()[i]); }
                value = sparse.Commit();
                return;
            }
            VBufferEditor<TValue> editor = VBufferEditor.Create(ref value, keys.Length);
            for (int i = 0; i < keys.Length; i++) { editor.Values[i] = ValueOf(keys.GetItemOrDefault(i)); }
            value = editor.Commit();
        });
    }
}
