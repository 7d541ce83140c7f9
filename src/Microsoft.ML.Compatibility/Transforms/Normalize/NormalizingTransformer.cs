using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Brings the slots of columns to comparable ranges.</summary>
public sealed class NormalizingTransformer : OneToOneTransformerBase
{
    private readonly ColumnNormalizer[] _normalizers;

    internal NormalizingTransformer(InputOutputColumnPair[] columns, ColumnNormalizer[] normalizers) : base(columns) => _normalizers = normalizers;

    internal NormalizingTransformer(ModelLoadContext context) : base(context.Reader.ReadPairs()) =>
        _normalizers = [.. Columns.Select(_ => ColumnNormalizer.Read(context.Reader))];

    public NormalizerModelParametersBase GetNormalizerModelParameters(int index)
    {
        if (index < 0 || index >= _normalizers.Length) { throw new ArgumentOutOfRangeException(nameof(index), $"Not valid. Valid range is from 0 (inclusive) to {_normalizers.Length} (exclusive) but got {index}."); }
        return _normalizers[index].Parameters;
    }

    private protected override void Save(ModelSaveContext ctx)
    {
        ctx.SetKind(ModelKinds.Normalize);
        ctx.Writer.Write(Columns);
        foreach (ColumnNormalizer normalizer in _normalizers) { normalizer.Write(ctx.Writer); }
    }

    private protected override RowMapping Bind(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return RowMapping.Append(schema, Columns.Zip(_normalizers, (pair, normalizer) => normalizer.Map(pair.OutputColumnName, ColumnNormalizer.Require(schema, pair.InputColumnName))));
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
