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
}
