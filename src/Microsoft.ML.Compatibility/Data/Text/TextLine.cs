namespace Microsoft.ML.Data;

/// <summary>A line that is a row, where it came from, and its number there, from 1.</summary>
internal readonly record struct TextLine(string Path, long Number, string Text);
