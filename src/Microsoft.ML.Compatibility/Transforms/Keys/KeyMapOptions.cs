namespace Microsoft.ML.Transforms;

/// <param name="KeyData">A view whose only column lists the keys; without it they are learned from the data.</param>
internal sealed record KeyMapOptions(int MaximumKeys, ValueToKeyMappingEstimator.KeyOrdinality Ordinality, bool ValuesAsText, IDataView KeyData);
