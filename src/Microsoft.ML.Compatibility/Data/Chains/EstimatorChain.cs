using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Estimators fitted one after the other, each on what the ones before it made of the data.</summary>
public sealed class EstimatorChain<TLastTransformer> : IEstimator<TransformerChain<TLastTransformer>>
    where TLastTransformer : class, ITransformer
{
    private readonly IReadOnlyList<Step> _steps;

    public readonly IEstimator<TLastTransformer> LastEstimator;

    public EstimatorChain() => _steps = [];

    private EstimatorChain(IReadOnlyList<Step> steps)
    {
        _steps = steps;
        LastEstimator = steps[^1].Estimator as IEstimator<TLastTransformer>;
    }

    /// <remarks>Shapes go through the whole chain first, so what does not fit is reported before a row is read.</remarks>
    public TransformerChain<TLastTransformer> Fit(IDataView input)
    {
        GetOutputSchema(SchemaShape.Create(input.Schema));

        var transformers = new List<ITransformer>();
        foreach (Step step in _steps)
        {
            transformers.Add(step.Estimator.Fit(input));
            input = transformers[^1].Transform(input);
            if (step.CacheAfter && transformers.Count < _steps.Count) { input = new CachedView(input, []); }
        }

        return new(transformers, _steps.Select(step => step.Scope));
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        _steps.Aggregate(inputSchema, (shape, step) => step.Estimator.GetOutputSchema(shape));

    public EstimatorChain<TNewTrans> Append<TNewTrans>(IEstimator<TNewTrans> estimator, TransformerScope scope = TransformerScope.Everything)
        where TNewTrans : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(estimator);
        return new([.. _steps.Select(step => new EstimatorChain<TNewTrans>.Step(step.Estimator, step.Scope, step.CacheAfter)),
            new EstimatorChain<TNewTrans>.Step(estimator, scope, CacheAfter: false)]);
    }

    public EstimatorChain<TLastTransformer> AppendCacheCheckpoint(IHostEnvironment env)
    {
        ArgumentNullException.ThrowIfNull(env);
        if (_steps.Count == 0) { throw new InvalidOperationException("Current estimator chain has no estimator, can't append cache checkpoint."); }
        return new([.. _steps.SkipLast(1), _steps[^1] with { CacheAfter = true }]);
    }

    private sealed record Step(IEstimator<ITransformer> Estimator, TransformerScope Scope, bool CacheAfter);
}
