using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Brings the slots of columns to comparable ranges.</summary>
public sealed class NormalizingTransformer : ITransformer
{
    private readonly InputOutputColumnPair[] _columns;
    private readonly ColumnNormalizer[] _normalizers;

    internal NormalizingTransformer(InputOutputColumnPair[] columns, ColumnNormalizer[] normalizers) => (_columns, _normalizers) = (columns, normalizers);

    internal NormalizingTransformer(ModelLoadContext context)
    {
        _columns = context.Reader.ReadPairs();
        _normalizers = [.. _columns.Select(_ => ColumnNormalizer.Read(context.Reader))];
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new MappedView(input, Bind(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    public NormalizerModelParametersBase GetNormalizerModelParameters(int index)
    {
        if (index < 0 || index >= _normalizers.Length) { throw new IndexOutOfRangeException($"There are {_normalizers.Length} columns; there is none of index {index}."); }
        return _normalizers[index].Parameters;
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Normalize);
        ctx.Writer.Write(_columns);
        foreach (ColumnNormalizer normalizer in _normalizers) { normalizer.Write(ctx.Writer); }
    }

    private RowMapping Bind(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return RowMapping.Append(schema, _columns.Zip(_normalizers, (pair, normalizer) => normalizer.Map(pair.OutputColumnName, ColumnNormalizer.Require(schema, pair.InputColumnName))));
    }

    public abstract class NormalizerModelParametersBase
    {
        private protected NormalizerModelParametersBase()
        {
        }
    }

    /// <summary>y = (x - offset) * scale</summary>
    public sealed class AffineNormalizerModelParameters<TData> : NormalizerModelParametersBase
    {
        internal AffineNormalizerModelParameters(TData scale, TData offset) => (Scale, Offset) = (scale, offset);

        public TData Scale { get; }

        public TData Offset { get; }
    }

    public sealed class CdfNormalizerModelParameters<TData> : NormalizerModelParametersBase
    {
        internal CdfNormalizerModelParameters(TData mean, TData standardDeviation, bool useLog) => (Mean, StandardDeviation, UseLog) = (mean, standardDeviation, useLog);

        public TData Mean { get; }

        public TData StandardDeviation { get; }

        public bool UseLog { get; }
    }
}
