namespace Microsoft.ML.Data;

/// <summary>A constant as the getter of an annotation: a scalar, text, or a vector given as an array.</summary>
internal static class AnnotationValue
{
    public static Delegate MakeGetter<T>(T value, DataViewType type)
    {
        if (type.RawType == typeof(T) && type is not StructuredDataViewType or VectorDataViewType) { return Scalar(value); }
        if (value is string text && type is TextDataViewType) { return Scalar(text.AsMemory()); }
        if (value is string[] texts && type is VectorDataViewType { ItemType: TextDataViewType }) { return Vector([.. texts.Select(item => item.AsMemory())]); }
        if (value is Array && type is VectorDataViewType vector && typeof(T).GetElementType() == vector.ItemType.RawType)
        {
            return (Delegate)((Func<int[], Delegate>)Vector).Method.GetGenericMethodDefinition()
                .MakeGenericMethod(vector.ItemType.RawType).Invoke(null, [value]);
        }

        throw new ArgumentOutOfRangeException(nameof(type), $"An annotation of type {type} cannot hold a {typeof(T)}.");
    }

    private static ValueGetter<T> Scalar<T>(T value) => (ref T destination) => destination = value;

    private static Delegate Vector<T>(T[] values) =>
        (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) => VBuffer<T>.Copy(values, 0, ref destination, values.Length));
}
