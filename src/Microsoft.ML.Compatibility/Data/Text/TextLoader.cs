using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Reads rows from lines of text: fields between separators, gathered into scalar and vector columns.</summary>
public sealed class TextLoader : IDataLoader<IMultiStreamSource>
{
    private readonly IHostEnvironment _environment;
    private readonly TextFormat _format;
    private readonly TextBindings _bindings;

    internal TextLoader(IHostEnvironment environment, Options options = null, IMultiStreamSource dataSample = null)
    {
        options ??= new();
        _environment = environment.Register("TextLoader");
        IMultiStreamSource header = string.IsNullOrWhiteSpace(options.HeaderFile) ? null : new MultiFileSource(options.HeaderFile);
        dataSample ??= new MultiFileSource(null);
        options = EmbeddedOptions.Or(options, header ?? dataSample, _environment);
        _format = TextFormat.Of(options);
        Column[] columns = options.Columns is { Length: > 0 } named
            ? named
            : [new("Label", DataKind.Single, 0), new("Features", DataKind.Single, [new Range(1, null)])];
        _bindings = TextBindings.Create(_environment, columns, _format, header, dataSample);
    }

    internal TextLoader(ModelLoadContext context)
    {
        _environment = context.Environment.Register("TextLoader");
        _format = TextFormat.Read(context.Reader);
        _bindings = TextBindings.Read(_environment, context.Reader, _format);
    }

    public DataViewSchema GetOutputSchema() => _bindings.Schema;

    public IDataView Load(IMultiStreamSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new TextView(_environment, _format, _bindings, source);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.TextLoader);
        _format.Write(ctx.Writer);
        _bindings.Write(ctx.Writer);
    }

    /// <summary>ML.NET's default values; constants, because they are the defaults of parameters.</summary>
    internal static class Defaults
    {
        public const bool AllowQuoting = false;
        public const bool AllowSparse = false;
        public const char Separator = '\t';
        public const char DecimalMarker = '.';
        public const bool HasHeader = false;
        public const bool TrimWhitespace = false;
        public const bool ReadMultilines = false;
        public const char EscapeChar = '"';
        public const bool MissingRealsAsNaNs = false;
    }

    public sealed class Column
    {
        public string Name;
        public Range[] Source;
        public KeyCount KeyCount;

        public Column()
        {
        }

        public Column(string name, DataKind dataKind, int index) : this(name, dataKind, [new Range(index)])
        {
        }

        public Column(string name, DataKind dataKind, int minIndex, int maxIndex) : this(name, dataKind, [new Range(minIndex, maxIndex)])
        {
        }

        public Column(string name, DataKind dataKind, Range[] source, KeyCount keyCount = null)
        {
            ArgumentNullException.ThrowIfNull(name);
            ArgumentNullException.ThrowIfNull(source);
            (Name, DataKind, Source, KeyCount) = (name, dataKind, source, keyCount);
        }

        public DataKind DataKind { get; set; } = DataKind.Single;
    }

    public sealed class Range
    {
        public int Min;
        public int? Max;
        public bool AutoEnd;
        public bool VariableEnd;
        public bool AllOther;
        public bool ForceVector;

        public Range()
        {
        }

        public Range(int index)
        {
            RequireIndex(index, nameof(index));
            (Min, Max) = (index, index);
        }

        public Range(int min, int? max)
        {
            RequireIndex(min, nameof(min));
            if (max < min) { throw new ArgumentOutOfRangeException(nameof(max), $"If specified, must be greater than or equal to {nameof(min)}"); }
            (Min, Max, ForceVector, AutoEnd) = (min, max, true, max is null);
        }

        private static void RequireIndex(int index, string parameter)
        {
            if (index < 0) { throw new ArgumentOutOfRangeException(parameter, "Must be non-negative"); }
        }
    }

    public class Options
    {
        public bool AllowQuoting = Defaults.AllowQuoting;
        public bool AllowSparse = Defaults.AllowSparse;
        public int? InputSize;
        public char[] Separators = [Defaults.Separator];
        public char DecimalMarker = Defaults.DecimalMarker;
        public Column[] Columns;
        public bool TrimWhitespace = Defaults.TrimWhitespace;
        public bool HasHeader = Defaults.HasHeader;
        public bool UseThreads = true;
        public bool ReadMultilines = Defaults.ReadMultilines;
        public string HeaderFile;
        public long? MaxRows;
        public char EscapeChar = Defaults.EscapeChar;
        public bool MissingRealsAsNaNs = Defaults.MissingRealsAsNaNs;
    }
}
