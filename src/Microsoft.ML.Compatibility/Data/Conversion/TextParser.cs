namespace Microsoft.ML.Data;

/// <summary>Reads a value from text; false, and the value that means missing, where the text is none.</summary>
internal delegate bool TextParser<T>(ReadOnlyMemory<char> text, out T value);
