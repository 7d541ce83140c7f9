namespace Microsoft.ML.Data;

/// <summary>How lines are cut into fields and which lines count.</summary>
internal sealed record TextFormat
{
    private const long SmallestThreaded = 128;

    public char[] Separators { get; init; }

    public bool Quoting { get; init; }

    public char Escape { get; init; }

    public bool Sparse { get; init; }

    /// <summary>How many fields a line has; 0 where a line says so itself.</summary>
    public int InputSize { get; init; }

    public bool Trim { get; init; }

    public bool HasHeader { get; init; }

    public bool Multilines { get; init; }

    public bool MissingRealsAsNaNs { get; init; }

    public char DecimalMarker { get; init; }

    public long MaxRows { get; init; }

    /// <summary>Whether ML.NET would parse on several threads: then it wraps what goes wrong there.</summary>
    public bool Threads { get; init; }

    public bool SeparatedBySpace => Separators.Contains(' ');

    public static TextFormat Of(TextLoader.Options options)
    {
        char[] separators = [.. options.Separators.Select(separator => Check(separator, options.AllowSparse)).Distinct()];
        Require(separators.Length > 0, nameof(options.Separators), "Must specify a separator");
        Require(options.DecimalMarker is '.' or ',', nameof(options.DecimalMarker),
            $"Decimal marker cannot be the '{options.DecimalMarker}' character. It must be '.' or ','.");
        Require(options.AllowQuoting || options.DecimalMarker != ',' || !separators.Contains(','), nameof(options.AllowQuoting),
            "Quoting must be allowed if decimal marker and separator are the ',' character.");
        Require(!separators.Contains(options.EscapeChar), nameof(options.EscapeChar),
            $"EscapeChar '{options.EscapeChar}' can't be used both as EscapeChar and separator");
        Require(options.MaxRows is not < 0, nameof(options.MaxRows), "Must be non-negative");
        if (options.InputSize < 0) { throw new InvalidOperationException("inputSize"); }
        return new()
        {
            Separators = separators,
            Quoting = options.AllowQuoting,
            Escape = options.EscapeChar,
            Sparse = options.AllowSparse,
            InputSize = Math.Min(options.InputSize ?? 0, int.MaxValue - 1),
            Trim = options.TrimWhitespace,
            HasHeader = options.HasHeader && string.IsNullOrWhiteSpace(options.HeaderFile),
            Multilines = options.AllowQuoting && options.ReadMultilines,
            MissingRealsAsNaNs = options.MissingRealsAsNaNs,
            DecimalMarker = options.DecimalMarker,
            MaxRows = options.MaxRows ?? long.MaxValue,
            Threads = options.UseThreads && options.MaxRows is not < SmallestThreaded,
        };
    }

    public static TextFormat Read(BinaryReader reader) => new()
    {
        Separators = reader.ReadString().ToCharArray(),
        Quoting = reader.ReadBoolean(),
        Escape = (char)reader.ReadUInt16(),
        Sparse = reader.ReadBoolean(),
        InputSize = reader.ReadInt32(),
        Trim = reader.ReadBoolean(),
        HasHeader = reader.ReadBoolean(),
        Multilines = reader.ReadBoolean(),
        MissingRealsAsNaNs = reader.ReadBoolean(),
        DecimalMarker = (char)reader.ReadUInt16(),
        MaxRows = reader.ReadInt64(),
        Threads = reader.ReadBoolean(),
    };

    public void Write(BinaryWriter writer)
    {
        writer.Write(new string(Separators));
        writer.Write(Quoting);
        writer.Write((ushort)Escape);
        writer.Write(Sparse);
        writer.Write(InputSize);
        writer.Write(Trim);
        writer.Write(HasHeader);
        writer.Write(Multilines);
        writer.Write(MissingRealsAsNaNs);
        writer.Write((ushort)DecimalMarker);
        writer.Write(MaxRows);
        writer.Write(Threads);
    }

    private static char Check(char separator, bool sparse)
    {
        Require(separator != ':' || !sparse, "Separator", "When the separator is colon, turn off allowSparse");
        Require(separator == '\t' || (separator >= ' ' && separator is not (>= '0' and <= '9') && separator != '"'), "Separator", $"Illegal separator: '{separator}'");
        return separator;
    }

    private static void Require(bool holds, string parameter, string message)
    {
        if (!holds) { throw new ArgumentOutOfRangeException(parameter, message); }
    }
}
