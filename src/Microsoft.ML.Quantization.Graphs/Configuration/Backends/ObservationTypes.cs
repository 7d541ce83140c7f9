namespace Microsoft.ML.Quantization.Graphs;

/// <summary>PyTorch's names of <see cref="ObservationType"/>.</summary>
internal static class ObservationTypes
{
    private const string Different = "OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT", Shares = "OUTPUT_SHARE_OBSERVER_WITH_INPUT", NotObserved = "INPUT_OUTPUT_NOT_OBSERVED";

    /// <summary>The name.</summary>
    /// <exception cref="QuantizationException">A backend cannot demand it.</exception>
    public static string Name(this ObservationType type) => type switch
    {
        ObservationType.OutputUsesDifferentObserverAsInput => Different,
        ObservationType.OutputSharesObserverWithInput => Shares,
        ObservationType.NotObserved => NotObserved,
        _ => throw new QuantizationException($"A backend has no observation type {type}: fixed parameters belong to the operator. Use {nameof(ObservationType.OutputUsesDifferentObserverAsInput)}."),
    };

    /// <summary>The inverse of <see cref="Name"/>.</summary>
    /// <exception cref="QuantizationException">There is no such name.</exception>
    public static ObservationType Parse(string name) => name switch
    {
        Different => ObservationType.OutputUsesDifferentObserverAsInput,
        Shares => ObservationType.OutputSharesObserverWithInput,
        NotObserved => ObservationType.NotObserved,
        _ => throw new QuantizationException($"'{name}' is not an observation type; expected {Different}, {Shares} or {NotObserved}."),
    };
}
