using Microsoft.ML.Data;

namespace PostTrainingStatic;

/// <summary>One row: an image as the network wants it, and what it shows.</summary>
public sealed class FashionImage
{
    /// <summary>28 rows of 28 pixels, normalised.</summary>
    [VectorType(28 * 28)]
    public float[] Features { get; set; } = [];

    /// <summary>0 T-shirt, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.</summary>
    public int Label { get; set; }
}

/// <summary>What a pipeline answers.</summary>
public sealed class Prediction
{
    /// <summary>One number for each class; the largest wins.</summary>
    public float[] Score { get; set; } = [];
}
