namespace Microsoft.ML.Quantization.Graphs;

/// <summary>What a pass did at one node, or why it did not. Shown to users.</summary>
/// <param name="Pass">The pass.</param>
/// <param name="Node">The node's name; empty for a note about the whole graph.</param>
/// <param name="Applied">True for a rewrite that was made, false for one that was declined.</param>
/// <param name="Text">What was done, or the reason.</param>
public sealed record PassNote(string Pass, string Node, bool Applied, string Text)
{
    /// <summary>As <c>FuseActivation declined at 'relu1': …</c>.</summary>
    public override string ToString() => $"{Pass} {(Applied ? "applied" : "declined")}{(Node.Length > 0 ? $" at '{Node}'" : "")}: {Text}";
}
