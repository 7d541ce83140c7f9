namespace Microsoft.ML;

internal static class BinaryNames
{
    public static void Write(this BinaryWriter writer, IReadOnlyCollection<string> names)
    {
        writer.Write(names.Count);
        foreach (string name in names) { writer.Write(name); }
    }

    public static string[] ReadNames(this BinaryReader reader)
    {
        string[] names = new string[reader.ReadInt32()];
        for (int i = 0; i < names.Length; i++) { names[i] = reader.ReadString(); }
        return names;
    }

    public static void Write(this BinaryWriter writer, IReadOnlyCollection<InputOutputColumnPair> pairs)
    {
        writer.Write(pairs.Select(pair => pair.OutputColumnName).ToArray());
        writer.Write(pairs.Select(pair => pair.InputColumnName).ToArray());
    }

    public static InputOutputColumnPair[] ReadPairs(this BinaryReader reader) =>
        [.. reader.ReadNames().Zip(reader.ReadNames(), (output, input) => new InputOutputColumnPair(output, input))];
}
