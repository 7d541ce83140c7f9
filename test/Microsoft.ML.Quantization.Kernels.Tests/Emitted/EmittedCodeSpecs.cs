using Iced.Intel;

namespace Microsoft.ML.Quantization.Kernels.Tests;

[TestClass]
public sealed class EmittedCodeSpecs
{
    private const int FirstSavedVectorOnWindows = 6, LastSavedVectorOnWindows = 15;

    private static readonly Register[] s_saved = [Register.RBX, Register.RBP, Register.R12, Register.R13, Register.R14, Register.R15];

    /// <summary>Every shape of kernel, by name.</summary>
    public static IEnumerable<object[]> Bodies =>
    [
        .. from output in Enum.GetValues<OutputKind>()
           from vectors in Enumerable.Range(1, TileShape.MaxVectors)
           from rows in new[] { 1, TileShape.MaxRows(vectors, TileInput.SignedCodes) }
           select new object[] { $"tile {rows}x{vectors} {output}", (Action<MachineCode>)(code => TileEmitter.Write(code, new(rows, vectors, TileInput.SignedCodes, output))) },
        ["tile that fetches the next panel", (Action<MachineCode>)(code => TileEmitter.Write(code, new(6, TileShape.MaxVectors, TileInput.SignedCodes, OutputKind.AllCodes) { Fetches = true }))],
        .. from vectors in Enumerable.Range(1, TileShape.MaxVectors).Append(TileShape.WideVectors)
           from rows in new[] { 1, TileShape.MaxRows(vectors, TileInput.Floats) }.Distinct()
           from output in new[] { OutputKind.Floats, OutputKind.AddedFloats }
           select new object[] { $"float tile {rows}x{vectors} {output}", (Action<MachineCode>)(code => TileEmitter.Write(code, new(rows, vectors, TileInput.Floats, output))) },
        .. from tiles in new[] { 1, 2 }
           from vectors in Enumerable.Range(1, TileShape.MaxVectors)
           from output in new[] { OutputKind.Codes, OutputKind.AddedCodes }
           select new object[] { $"tile registers {tiles}x{vectors} {output}", (Action<MachineCode>)(code => AmxTileEmitter.Write(code, tiles, vectors, output)) },
        ["tile register sizes", (Action<MachineCode>)AmxTileEmitter.WriteConfiguration],
        .. from taps in new[] { 1, 9, 25 }
           select new object[] { $"float depthwise of {taps} taps", (Action<MachineCode>)(code => FloatDepthwiseEmitter.Write(code, taps, FloatDepthwiseEmitter.Vectors(taps))) },
        .. from columns in new[] { 0, 3, 5 }
           select new object[] { $"depthwise of {columns} columns", (Action<MachineCode>)(code => DepthwiseEmitter.Write(code, new(columns == 0 ? 0 : 3, columns, 1, 5, true, OutputKind.Codes))) },
        .. from length in Enum.GetValues<VectorLength>()
           select new object[] { $"depthwise of {DepthwiseShape.ChannelsOf(length)} channels whose weights stay", (Action<MachineCode>)(code => DepthwiseEmitter.Write(code, new(3, 3, 2, 0, false, OutputKind.ClampedCodes, length))) },
    ];

    public static string Title(System.Reflection.MethodInfo method, object[] row) => $"{method.Name} ({row[0]})";

    [TestMethod]
    [DynamicData(nameof(Bodies), DynamicDataDisplayName = nameof(Title))]
    public void Registers_of_the_caller_are_saved_before_they_are_written(string name, Delegate body)
    {
        foreach (bool windows in new[] { false, true })
        {
            Instruction[] code = Decode(EmittedFunction.Assemble((Action<MachineCode>)body, windows));
            HashSet<Register> saved = [.. code.Where(static i => i.Mnemonic == Mnemonic.Push).Select(static i => i.Op0Register)];
            Register[] restored = [.. code.Where(static i => i.Mnemonic == Mnemonic.Pop).Select(static i => i.Op0Register)];
            CollectionAssert.AreEqual(saved.Reverse().ToArray(), restored, name);
            Register[] expected = windows ? [.. s_saved, Register.RDI, Register.RSI] : s_saved;
            HashSet<Register> vectors = [.. code.Where(static i => i.Mnemonic == Mnemonic.Vmovups && i.Op0Kind == OpKind.Memory && i.MemoryBase == Register.RSP).Select(static i => i.Op1Register.GetFullRegister())];
            foreach (Register written in Written(code))
            {
                if (expected.Contains(written)) { Assert.Contains(written, saved, $"{name} writes {written}"); }
                bool kept = windows && written.IsZMM() && written - Register.ZMM0 is >= FirstSavedVectorOnWindows and <= LastSavedVectorOnWindows;
                if (kept) { Assert.Contains(written, vectors, $"{name} writes {written}"); }
            }
            Assert.AreEqual(Mnemonic.Ret, code[^1].Mnemonic);
            Assert.IsTrue(code.Any(static i => i.Mnemonic == Mnemonic.Vzeroupper), name);
        }
    }

    [TestMethod]
    public unsafe void Code_runs_and_its_pages_are_never_writable_and_executable()
    {
        if (!CodePages.Allowed) { Assert.Inconclusive("This system does not let a process run code that it wrote."); }
        nint code = CodePages.Write([0xB8, 0x07, 0x00, 0x00, 0x00, 0xC3]); // mov eax, 7; ret
        Assert.AreEqual(7, ((delegate* unmanaged<int>)code)());
        if (!OperatingSystem.IsLinux()) { return; }
        string pages = File.ReadLines("/proc/self/maps").Single(line => line.Split('-', ' ') is [string first, string last, ..]
            && Convert.ToInt64(first, 16) <= code && code < Convert.ToInt64(last, 16));
        StringAssert.Contains(pages, " r-xp ");
    }

    private static Instruction[] Decode(byte[] code)
    {
        var decoder = Decoder.Create(64, code);
        var instructions = new List<Instruction>();
        while (decoder.IP < (ulong)code.Length) { instructions.Add(decoder.Decode()); }
        Assert.IsFalse(instructions.Any(static i => i.IsInvalid));
        return [.. instructions];
    }

    private static HashSet<Register> Written(Instruction[] code)
    {
        var facts = new InstructionInfoFactory();
        var written = new HashSet<Register>();
        foreach (Instruction instruction in code.Where(static i => i.Mnemonic is not (Mnemonic.Pop or Mnemonic.Vzeroupper)))
        {
            foreach (UsedRegister used in facts.GetInfo(instruction).GetUsedRegisters())
            {
                if (used.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite) { written.Add(used.Register.GetFullRegister()); }
            }
        }
        return written;
    }
}
