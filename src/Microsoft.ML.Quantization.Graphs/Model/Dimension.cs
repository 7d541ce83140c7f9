namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The size of one axis before a model runs: a number, a name shared by equal sizes (<c>batch</c>), or unknown.</summary>
public readonly record struct Dimension
{
    private Dimension(int? size, string? symbol) => (Size, Symbol) = (size, symbol);

    /// <summary>The size, when it is known.</summary>
    public int? Size { get; }

    /// <summary>The name of a size that the caller chooses.</summary>
    public string? Symbol { get; }

    /// <summary>A size nothing is known about.</summary>
    public static Dimension Unknown => default;

    /// <summary>A known size.</summary>
    public static Dimension Known(int size) => new(size, null);

    /// <summary>A named size.</summary>
    public static Dimension Named(string symbol) => new(null, symbol);

    /// <summary>A known size.</summary>
    public static implicit operator Dimension(int size) => Known(size);

    /// <summary>The number, the name, or <c>?</c>.</summary>
    public override string ToString() => Size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}
