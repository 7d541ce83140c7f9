namespace Microsoft.ML.Quantization.Graphs;

/// <summary>Looks at values while a plan runs: calibration, comparisons.</summary>
public interface IActivationTap
{
    /// <summary>Whether it wants to see a value.</summary>
    bool Wants(string value);

    /// <summary>Shown once for each run.</summary>
    /// <param name="value">The value's name.</param>
    /// <param name="elements">Its elements, row-major. Valid during the call only.</param>
    /// <param name="shape">Its axes.</param>
    void Observe(string value, ReadOnlySpan<float> elements, Shape shape);

    /// <summary>Who is to see the values of a graph inside a node, when that graph is about to run; null for nobody.</summary>
    /// <param name="node">The node.</param>
    /// <param name="graph">The attribute that holds the graph, such as <c>then_branch</c>.</param>
    IActivationTap? Enter(Node node, string graph) => null;
}
