namespace Microsoft.ML.Quantization.Kernels.Functional;

/// <summary>What becomes of the rows of one bag. Each gives zeros for an empty bag.</summary>
public enum BagMode
{
    /// <summary>Their sum, each row times its weight when there are weights.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their largest value in each column.</summary>
    Max,
}
