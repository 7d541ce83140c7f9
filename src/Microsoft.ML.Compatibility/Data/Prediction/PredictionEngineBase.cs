using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Scores single objects: one row in, one row out, both bound once.</summary>
public abstract class PredictionEngineBase<TSrc, TDst> : IDisposable
    where TSrc : class
    where TDst : class, new()
{
    private readonly ObjectRow<TSrc> _input;
    private readonly DataViewRow _output;
    private readonly Action<TDst> _write;
    private readonly ITransformer _transformer;
    private readonly bool _ownsTransformer;
    private bool _disposed;

    private protected PredictionEngineBase(ITransformer transformer, PredictionEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        if (!transformer.IsRowToRowMapper) { throw new ArgumentOutOfRangeException(nameof(transformer), "Must be a row to row mapper"); }

        (_transformer, _ownsTransformer) = (transformer, options.OwnsTransformer);
        _input = new(options.InputSchemaDefinition);
        IRowToRowMapper mapper = transformer.GetRowToRowMapper(_input.Schema);
        MemberWriter<TDst>[] writers = MemberWriter<TDst>.CreateAll(mapper.OutputSchema, options.IgnoreMissingColumns, options.OutputSchemaDefinition);
        _output = mapper.GetRow(_input, mapper.OutputSchema);
        _write = MemberWriter<TDst>.BindAll(writers, _output);
        OutputSchema = mapper.OutputSchema;
    }

    public DataViewSchema OutputSchema { get; }

    public TDst Predict(TSrc example)
    {
        var prediction = new TDst();
        Predict(example, ref prediction);
        return prediction;
    }

    public abstract void Predict(TSrc example, ref TDst prediction);

    public void Dispose()
    {
        if (_disposed) { return; }
        _disposed = true;
        _output.Dispose();
        if (_ownsTransformer) { (_transformer as IDisposable)?.Dispose(); }
    }

    private protected void Fill(TSrc example, TDst prediction)
    {
        _input.Set(example);
        _write(prediction);
    }
}
