using Microsoft.ML.Data;

namespace Microsoft.ML.Quantization;

/// <summary>How the items of a column become the elements of a network's input.</summary>
internal enum InputConversion
{
    /// <summary>As they are.</summary>
    None,

    /// <summary>Int32 numbers, in 64 bits.</summary>
    Widen,

    /// <summary>Keys: the first category, stored as 1, is token 0. A missing key, stored as 0, is no token.</summary>
    Token,
}

/// <summary>Which items may feed which elements.</summary>
internal static class InputConversions
{
    /// <summary>The conversion, or null when there is none.</summary>
    public static InputConversion? Find(DataViewType item, ElementType element) => (item, element) switch
    {
        (KeyDataViewType, ElementType.Int64) => InputConversion.Token,
        (KeyDataViewType { Count: <= int.MaxValue }, ElementType.Int32) => InputConversion.Token,
        (KeyDataViewType, _) => null,
        _ when item.Equals(ItemTypes.Of(element)) => InputConversion.None,
        _ when item.Equals(NumberDataViewType.Int32) && element == ElementType.Int64 => InputConversion.Widen,
        _ => null,
    };

    /// <summary>Names of the items that may feed an element.</summary>
    public static IEnumerable<string> Items(ElementType element) => element switch
    {
        ElementType.Int64 => ["Int64", "Int32", "Key"],
        ElementType.Int32 => ["Int32", "Key"],
        _ => [ItemTypes.Of(element)!.ToString()!],
    };

    /// <summary>The name of an item.</summary>
    public static string Describe(DataViewType item) => item is KeyDataViewType ? $"Key<{item.RawType.Name}>" : item.ToString()!;
}
