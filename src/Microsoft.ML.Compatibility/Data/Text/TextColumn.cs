namespace Microsoft.ML.Data;

/// <summary>A column and the fields that it is made of.</summary>
internal sealed class TextColumn
{
    public TextColumn(string name, PrimitiveDataViewType item, TextSegment[] segments)
    {
        TextSegment.RequireDisjoint(segments, name);
        (Name, Item, Segments) = (name, item, segments);
        FixedSize = segments.Where(segment => !segment.IsVariable).Sum(segment => segment.Size);
        bool variable = segments.Any(segment => segment.IsVariable);
        Type = variable ? new VectorDataViewType(item) : FixedSize > 1 || segments[0].ForceVector ? new VectorDataViewType(item, FixedSize) : item;
    }

    public string Name { get; }

    public PrimitiveDataViewType Item { get; }

    public TextSegment[] Segments { get; }

    /// <summary>How many values come from segments of known size.</summary>
    public int FixedSize { get; }

    public DataViewType Type { get; }

    /// <summary>The last field this column reads.</summary>
    public int LastField => Segments.Max(segment => segment.Limit) - 1;

    public static TextColumn Read(BinaryReader reader)
    {
        string name = reader.ReadString();
        PrimitiveDataViewType item = MemberTypes.Of((DataKind)reader.ReadByte());
        ulong keys = reader.ReadUInt64();
        var segments = new TextSegment[reader.ReadInt32()];
        for (int i = 0; i < segments.Length; i++) { segments[i] = new(reader.ReadInt32(), reader.ReadInt32(), reader.ReadBoolean()); }
        return new(name, keys > 0 ? new KeyDataViewType(item.RawType, keys) : item, segments);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write((byte)MemberTypes.KindOf(Item.RawType));
        writer.Write(Item is KeyDataViewType key ? key.Count : 0);
        writer.Write(Segments.Length);
        foreach (TextSegment segment in Segments)
        {
            writer.Write(segment.Min);
            writer.Write(segment.Limit);
            writer.Write(segment.ForceVector);
        }
    }
}
