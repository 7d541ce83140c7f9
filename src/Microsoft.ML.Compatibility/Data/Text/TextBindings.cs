using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The columns of a text loader, bound to field numbers, and the schema they make. Vectors take slot names from the header.</summary>
internal sealed class TextBindings
{
    private const int SampledLines = 100;

    private readonly string _header;

    private TextBindings(IHostEnvironment environment, TextColumn[] columns, TextFormat format, string header)
    {
        (Columns, _header) = (columns, header);
        using var report = new ParseReport(environment, shown: 0);
        var names = new LineFields(format, TextSegment.EndOfLine - 1, report);
        if (header.Length > 0) { names.Split(header.AsMemory(), "", 0); }
        var schema = new DataViewSchema.Builder();
        foreach (TextColumn column in columns) { schema.AddColumn(column.Name, column.Type, SlotNames(column, names)); }
        Schema = schema.ToSchema();
    }

    public TextColumn[] Columns { get; }

    public DataViewSchema Schema { get; }

    public static TextBindings Create(IHostEnvironment environment, TextLoader.Column[] columns, TextFormat format, IMultiStreamSource headerFile, IMultiStreamSource sample)
    {
        if (columns.Any(column => column.Source is not { Length: > 0 })) { throw Wrong("Source", "Must specify some source column indices"); }
        bool needsSize = columns.Any(column => column.Source.Any(range => range is { AutoEnd: true, Max: null })) && format.InputSize == 0;
        var lines = new List<string>();
        if (headerFile is not null) { lines.AddRange(Some(headerFile, format, 1)); }
        if (needsSize) { lines.AddRange(Some(sample, format, SampledLines)); }
        else if (headerFile is null && format.HasHeader) { lines.AddRange(Some(sample, format, 1)); }

        if (columns.DistinctBy(column => column.Name?.Trim()).Count() < columns.Length)
        {
            using IChannel channel = environment.Start("Binding");
            channel.Info(MessageSensitivity.All, "Duplicate name(s) specified - later columns will hide earlier ones");
        }
        int size = needsSize ? SizeOf(environment, lines, format) : format.InputSize;
        string header = (format.HasHeader || headerFile is not null) && lines.Count > 0 ? lines[0] : "";
        return new(environment, Bind(columns, size), format, header);
    }

    public static TextBindings Read(IHostEnvironment environment, BinaryReader reader, TextFormat format)
    {
        var columns = new TextColumn[reader.ReadInt32()];
        for (int i = 0; i < columns.Length; i++) { columns[i] = TextColumn.Read(reader); }
        return new(environment, columns, format, reader.ReadString());
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Columns.Length);
        foreach (TextColumn column in Columns) { column.Write(writer); }
        writer.Write(_header);
    }

    private static IEnumerable<string> Some(IMultiStreamSource source, TextFormat format, int count) =>
        TextLines.Read(source, format with { HasHeader = false, MaxRows = long.MaxValue }).Take(count).Select(line => line.Text);

    private static int SizeOf(IHostEnvironment environment, List<string> lines, TextFormat format)
    {
        using var report = new ParseReport(environment, shown: 0);
        var fields = new LineFields(format, TextSegment.EndOfLine - 1, report);
        int[] sizes = [.. lines.Select(line => format.Trim ? line.TrimEnd() : line).Where(line => line.Length > 0).Select(line => fields.Split(line.AsMemory(), "", 0)).Where(size => size > 0).Distinct()];
        return sizes switch
        {
            [] => throw Wrong("Source", "Can't determine the number of source columns without valid data"),
            [int size] => size,
            _ => throw Wrong("Source", "The size of input lines is not consistent"),
        };
    }

    private static TextColumn[] Bind(TextLoader.Column[] columns, int inputSize)
    {
        var segments = new TextSegment[columns.Length][];
        for (int i = 0; i < columns.Length; i++)
        {
            segments[i] = [.. columns[i].Source.Select(range => Segment(range, inputSize))];
            if (!columns[i].Source.Any(range => range.AllOther)) { TextSegment.RequireDisjoint(segments[i], columns[i].Name); }
        }
        (int Column, int Range)[] others = [.. columns.SelectMany((column, i) => column.Source.Index().Where(range => range.Item.AllOther).Select(range => (i, range.Index)))];
        if (others.Length > 1) { throw Wrong("AllOther", "At most one all other range can be specified"); }
        if (others is [(int owner, int index)])
        {
            TextSegment[] rest = Rest(segments[owner][index], [.. segments.SelectMany((own, i) => own.Where((_, j) => i != owner || j != index)).OrderBy(segment => segment.Min)]);
            segments[owner] = [.. segments[owner][..index], .. rest, .. segments[owner][(index + 1)..]];
            if (segments[owner].Length == 0) { throw Wrong("AllOther", "No index is selected as all other indexes."); }
        }
        return [.. columns.Select((column, i) => new TextColumn(NameOf(column), ItemOf(column), segments[i]))];
    }

    private static string NameOf(TextLoader.Column column) =>
        string.IsNullOrWhiteSpace(column.Name) ? throw Wrong("Name", "A column needs a name that is not white space") : column.Name.Trim();

    private static PrimitiveDataViewType ItemOf(TextLoader.Column column)
    {
        PrimitiveDataViewType item = MemberTypes.Of(column.DataKind);
        if (column.KeyCount is null) { return item; }
        if (!KeyDataViewType.IsValidDataType(item.RawType)) { throw Wrong("Type", "Bad item type for Key"); }
        return new KeyDataViewType(item.RawType, column.KeyCount.Count ?? KeyDataViewType.Largest(item.RawType));
    }

    private static TextSegment Segment(TextLoader.Range range, int inputSize)
    {
        int min = range.Min;
        if (min < 0 || min >= TextSegment.EndOfLine - 1) { throw Wrong("Min", $"Invalid field number {min}"); }
        if (range.Max is { } max)
        {
            return max < min || max >= TextSegment.EndOfLine - 1 ? throw Wrong("Max", $"Invalid field number {max}") : new(min, max + 1, range.ForceVector);
        }
        if (range.AutoEnd)
        {
            return min >= inputSize ? throw Wrong("Min", $"Column #{min} not found in the dataset (it only has {inputSize} columns)") : new(min, inputSize, true);
        }
        return range.VariableEnd ? new(min, TextSegment.EndOfLine, true) : new(min, min + 1, range.ForceVector);
    }

    private static TextSegment[] Rest(TextSegment whole, TextSegment[] taken)
    {
        var rest = new List<TextSegment>();
        int min = whole.Min;
        foreach (TextSegment segment in taken)
        {
            if (min >= whole.Limit) { break; }
            if (min < segment.Min) { rest.Add(new(min, Math.Min(segment.Min, whole.Limit), true)); }
            min = Math.Max(min, segment.Limit);
        }
        if (min < whole.Limit) { rest.Add(new(min, whole.Limit, true)); }
        return [.. rest];
    }

    private static DataViewSchema.Annotations SlotNames(TextColumn column, LineFields header)
    {
        if (column.Type is not VectorDataViewType { IsKnownSize: true } type) { return null; }
        var names = new List<(int Slot, ReadOnlyMemory<char> Name)>();
        int slot = 0;
        foreach (TextSegment segment in column.Segments)
        {
            for (int field = segment.Min; field < segment.Limit; field++, slot++)
            {
                if (header.At(field).Trim() is { IsEmpty: false } name) { names.Add((slot, name)); }
            }
        }
        if (names.Count == 0) { return null; }
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, type.Size),
            (ref VBuffer<ReadOnlyMemory<char>> value) => Write(names, type.Size, ref value));
        return annotations.ToAnnotations();
    }

    private static void Write(List<(int Slot, ReadOnlyMemory<char> Name)> names, int size, ref VBuffer<ReadOnlyMemory<char>> value)
    {
        bool isSparse = names.Count < size / 2;
        VBufferEditor<ReadOnlyMemory<char>> editor = isSparse ? VBufferEditor.Create(ref value, size, names.Count) : VBufferEditor.Create(ref value, size);
        if (!isSparse) { editor.Values.Clear(); }
        for (int i = 0; i < names.Count; i++)
        {
            editor.Values[isSparse ? i : names[i].Slot] = names[i].Name;
            if (isSparse) { editor.Indices[i] = names[i].Slot; }
        }
        value = editor.Commit();
    }

    private static ArgumentOutOfRangeException Wrong(string parameter, string message) => new(parameter, message);
}
