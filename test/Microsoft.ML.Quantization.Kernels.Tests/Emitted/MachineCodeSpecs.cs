using Iced.Intel;
using static Microsoft.ML.Quantization.Kernels.Address;
using static Microsoft.ML.Quantization.Kernels.IntegerInstruction;
using static Microsoft.ML.Quantization.Kernels.VectorInstruction;
using static Microsoft.ML.Quantization.Kernels.VexInstruction;

namespace Microsoft.ML.Quantization.Kernels.Tests;

/// <summary>Our encodings are those of Iced, an assembler written by others, for every instruction, register and form of operand in use.</summary>
[TestClass]
public sealed class MachineCodeSpecs
{
    private const int LastRegister = 15, LastVector = 31, LastTile = 7, LastMask = 4;

    private static readonly int[] s_displacements = [0, 1, 4, 8, 16, 60, 64, 124, 127, 128, 508, 512, 2032, 2048, 8128, 8192, -1, -4, -64, -128, -129, -512, -8192, -8256, 100_000];

    private static readonly (VectorInstruction Ours, Code Iced)[] s_ofThree =
    [
        (Vaddps, Code.EVEX_Vaddps_zmm_k1z_zmm_zmmm512b32_er), (Vfmadd231ps, Code.EVEX_Vfmadd231ps_zmm_k1z_zmm_zmmm512b32_er),
        (Vmaxps, Code.EVEX_Vmaxps_zmm_k1z_zmm_zmmm512b32_sae), (Vminps, Code.EVEX_Vminps_zmm_k1z_zmm_zmmm512b32_sae),
        (Vmulps, Code.EVEX_Vmulps_zmm_k1z_zmm_zmmm512b32_er), (Vpackssdw, Code.EVEX_Vpackssdw_zmm_k1z_zmm_zmmm512b32),
        (Vpackuswb, Code.EVEX_Vpackuswb_zmm_k1z_zmm_zmmm512), (Vpaddd, Code.EVEX_Vpaddd_zmm_k1z_zmm_zmmm512b32),
        (Vpaddsw, Code.EVEX_Vpaddsw_zmm_k1z_zmm_zmmm512), (Vpdpbusd, Code.EVEX_Vpdpbusd_zmm_k1z_zmm_zmmm512b32),
        (Vpermd, Code.EVEX_Vpermd_zmm_k1z_zmm_zmmm512b32), (Vpmaxub, Code.EVEX_Vpmaxub_zmm_k1z_zmm_zmmm512),
        (Vpminub, Code.EVEX_Vpminub_zmm_k1z_zmm_zmmm512), (Vpshufb, Code.EVEX_Vpshufb_zmm_k1z_zmm_zmmm512),
        (Vfmadd213ps, Code.EVEX_Vfmadd213ps_zmm_k1z_zmm_zmmm512b32_er), (Vpunpckhbw, Code.EVEX_Vpunpckhbw_zmm_k1z_zmm_zmmm512),
        (Vpunpckhwd, Code.EVEX_Vpunpckhwd_zmm_k1z_zmm_zmmm512), (Vpunpcklbw, Code.EVEX_Vpunpcklbw_zmm_k1z_zmm_zmmm512),
        (Vpunpcklwd, Code.EVEX_Vpunpcklwd_zmm_k1z_zmm_zmmm512), (Vpxord, Code.EVEX_Vpxord_zmm_k1z_zmm_zmmm512b32),
    ];

    private static readonly (VectorInstruction Ours, Code Iced)[] s_broadcasting =
        [(Vmaxps, Code.EVEX_Vmaxps_zmm_k1z_zmm_zmmm512b32_sae), (Vminps, Code.EVEX_Vminps_zmm_k1z_zmm_zmmm512b32_sae), (Vpxord, Code.EVEX_Vpxord_zmm_k1z_zmm_zmmm512b32)];

    private static readonly (VectorInstruction Ours, Code Iced, Register Second)[] s_ofTwo =
    [
        (Vcvtdq2ps, Code.EVEX_Vcvtdq2ps_zmm_k1z_zmmm512b32_er, Register.ZMM0), (Vcvtps2dq, Code.EVEX_Vcvtps2dq_zmm_k1z_zmmm512b32_er, Register.ZMM0),
        (Vmovdqa32, Code.EVEX_Vmovdqa32_zmm_k1z_zmmm512, Register.ZMM0), (Vpmovzxbd, Code.EVEX_Vpmovzxbd_zmm_k1z_xmmm128, Register.XMM0),
    ];

    private static readonly (VectorInstruction Ours, Code Iced)[] s_loads =
    [
        (Vbroadcastss, Code.EVEX_Vbroadcastss_zmm_k1z_xmmm32), (Vmovdqu32, Code.EVEX_Vmovdqu32_zmm_k1z_zmmm512), (Vmovdqu8, Code.EVEX_Vmovdqu8_zmm_k1z_zmmm512),
        (Vmovups, Code.EVEX_Vmovups_zmm_k1z_zmmm512), (Vpbroadcastd, Code.EVEX_Vpbroadcastd_zmm_k1z_xmmm32),
    ];

    private static readonly (VectorInstruction Ours, VectorLength Length, Code Iced, Register First)[] s_stores =
    [
        (Vmovdqu32Store, VectorLength.Bytes16, Code.EVEX_Vmovdqu32_xmmm128_k1z_xmm, Register.XMM0), (Vmovdqu32Store, VectorLength.Bytes32, Code.EVEX_Vmovdqu32_ymmm256_k1z_ymm, Register.YMM0),
        (Vmovdqu32Store, VectorLength.Bytes64, Code.EVEX_Vmovdqu32_zmmm512_k1z_zmm, Register.ZMM0), (Vmovdqu8Store, VectorLength.Bytes16, Code.EVEX_Vmovdqu8_xmmm128_k1z_xmm, Register.XMM0),
        (Vmovdqu8Store, VectorLength.Bytes32, Code.EVEX_Vmovdqu8_ymmm256_k1z_ymm, Register.YMM0), (Vmovdqu8Store, VectorLength.Bytes64, Code.EVEX_Vmovdqu8_zmmm512_k1z_zmm, Register.ZMM0),
        (VmovupsStore, VectorLength.Bytes64, Code.EVEX_Vmovups_zmmm512_k1z_zmm, Register.ZMM0),
    ];

    private static readonly (IntegerInstruction Ours, Code Iced)[] s_integerLoads =
    [
        (Add, Code.Add_r64_rm64), (Cmovae, Code.Cmovae_r64_rm64), (Cmp, Code.Cmp_r64_rm64), (Imul, Code.Imul_r64_rm64),
        (Lea, Code.Lea_r64_m), (Mov, Code.Mov_r64_rm64), (Sub, Code.Sub_r64_rm64), (Xor, Code.Xor_r64_rm64),
    ];

    private static readonly (IntegerInstruction Ours, Code Iced)[] s_integerPairs =
    [
        (Add, Code.Add_rm64_r64), (Cmovae, Code.Cmovae_r64_rm64), (Cmp, Code.Cmp_rm64_r64), (Imul, Code.Imul_r64_rm64),
        (Mov, Code.Mov_rm64_r64), (Sub, Code.Sub_rm64_r64), (Test, Code.Test_rm64_r64), (Xor, Code.Xor_rm64_r64),
    ];

    private static readonly (IntegerInstruction Ours, Code Short, Code Long, Code OfRax)[] s_integerNumbers =
    [
        (Add, Code.Add_rm64_imm8, Code.Add_rm64_imm32, Code.Add_RAX_imm32), (Cmp, Code.Cmp_rm64_imm8, Code.Cmp_rm64_imm32, Code.Cmp_RAX_imm32),
        (Sub, Code.Sub_rm64_imm8, Code.Sub_rm64_imm32, Code.Sub_RAX_imm32), (Xor, Code.Xor_rm64_imm8, Code.Xor_rm64_imm32, Code.Xor_RAX_imm32),
    ];

    [TestMethod]
    public void Vector_instructions_of_registers()
    {
        for (int a = 0; a <= LastVector; a++)
        {
            for (int b = 0; b <= LastVector; b++)
            {
                (int to, int from, int other) = (a, b, (7 * a + 5 * b) & LastVector);
                foreach ((VectorInstruction ours, Code iced) in s_ofThree)
                {
                    Same(code => code.Emit(ours, (VectorRegister)to, (VectorRegister)from, (VectorRegister)other), Instruction.Create(iced, Zmm(to), Zmm(from), Zmm(other)));
                }
                foreach ((VectorInstruction ours, Code iced, Register second) in s_ofTwo)
                {
                    Same(code => code.Emit(ours, (VectorRegister)to, (VectorRegister)from), Instruction.Create(iced, Zmm(to), second + from));
                }
                GeneralRegister general = (GeneralRegister)(other & LastRegister);
                Same(code => code.Emit(Vmovq, (VectorRegister)to, general), Instruction.Create(Code.EVEX_Vmovq_xmm_rm64, Register.XMM0 + to, Wide(general)));
                Same(code => code.Emit(Vpinsrq, (VectorRegister)to, (VectorRegister)from, general, 1), Instruction.Create(Code.EVEX_Vpinsrq_xmm_xmm_rm64_imm8, Register.XMM0 + to, Register.XMM0 + from, Wide(general), 1));
            }
        }
    }

    [TestMethod]
    public void Vector_instructions_of_memory()
    {
        foreach ((Address at, MemoryOperand icedAt) in Addresses(broadcasts: false))
        {
            int a = (at.Displacement + 3 * (int)at.Base) & LastVector, b = (int)at.Base * 2 + 1;
            foreach ((VectorInstruction ours, Code iced) in s_ofThree) { Same(code => code.Emit(ours, (VectorRegister)a, (VectorRegister)b, at), Instruction.Create(iced, Zmm(a), Zmm(b), icedAt)); }
            foreach ((VectorInstruction ours, Code iced) in s_loads) { Same(code => code.Emit(ours, (VectorRegister)b, at), Instruction.Create(iced, Zmm(b), icedAt)); }
            foreach ((VectorInstruction ours, VectorLength length, Code iced, Register first) in s_stores)
            {
                for (int mask = 0; mask <= LastMask; mask++)
                {
                    Instruction expected = Instruction.Create(iced, icedAt, first + a);
                    if (mask > 0) { expected.OpMask = Register.K0 + mask; }
                    Address to = at with { Mask = (MaskRegister)mask };
                    Same(code => code.Emit(ours, to, (VectorRegister)a, length), expected);
                }
            }
            Same(code => code.Emit(Vextracti32x4, at, (VectorRegister)b, part: 2), Instruction.Create(Code.EVEX_Vextracti32x4_xmmm128_k1z_zmm_imm8, icedAt, Zmm(b), 2));
        }
        foreach ((Address at, MemoryOperand icedAt) in Addresses(broadcasts: true))
        {
            int a = (int)at.Base * 2, b = (at.Displacement + 5) & LastVector;
            foreach ((VectorInstruction ours, Code iced) in s_broadcasting) { Same(code => code.Emit(ours, (VectorRegister)a, (VectorRegister)b, at), Instruction.Create(iced, Zmm(a), Zmm(b), icedAt)); }
        }
    }

    [TestMethod]
    [DataRow(16, "xmm", "128", Register.XMM0)]
    [DataRow(32, "ymm", "256", Register.YMM0)]
    public void Vector_instructions_of_shorter_registers(int bytes, string name, string bits, Register first)
    {
        VectorLength length = bytes == 16 ? VectorLength.Bytes16 : VectorLength.Bytes32;
        // Iced names the form of a length; rounding belongs to the longest alone.
        Code Shorter(Code code) => Enum.Parse<Code>(code.ToString().Replace("_er", "", StringComparison.Ordinal).Replace("_sae", "", StringComparison.Ordinal)
            .Replace("zmm", name, StringComparison.Ordinal).Replace("512", bits, StringComparison.Ordinal));
        foreach ((Address at, MemoryOperand icedAt) in Addresses(broadcasts: false))
        {
            int a = (at.Displacement + 3 * (int)at.Base) & LastVector, b = (int)at.Base * 2 + 1, c = (a + b) & LastVector;
            foreach ((VectorInstruction ours, Code iced) in s_ofThree.Where(static pair => pair.Ours != Vpermd))
            {
                Code code = Shorter(iced);
                Same(machine => { machine.Length = length; machine.Emit(ours, (VectorRegister)a, (VectorRegister)b, at); }, Instruction.Create(code, first + a, first + b, icedAt));
                Same(machine => { machine.Length = length; machine.Emit(ours, (VectorRegister)a, (VectorRegister)b, (VectorRegister)c); }, Instruction.Create(code, first + a, first + b, first + c));
            }
            foreach ((VectorInstruction ours, Code iced) in s_loads.Where(static pair => pair.Ours != Vbroadcastss))
            {
                Same(machine => { machine.Length = length; machine.Emit(ours, (VectorRegister)b, at); }, Instruction.Create(Shorter(iced), first + b, icedAt));
            }
            foreach ((VectorInstruction ours, VectorLength stored, Code iced, Register from) in s_stores.Where(store => store.Length == length))
            {
                Same(machine => { machine.Length = stored; machine.Emit(ours, at, (VectorRegister)a); }, Instruction.Create(iced, icedAt, from + a));
            }
        }
        foreach ((VectorInstruction ours, Code iced, _) in s_ofTwo.Where(static row => row.Ours != Vpmovzxbd))
        {
            Same(machine => { machine.Length = length; machine.Emit(ours, VectorRegister.Zmm19, VectorRegister.Zmm6); }, Instruction.Create(Shorter(iced), first + 19, first + 6));
        }
    }

    [TestMethod]
    public void Mask_and_tile_instructions()
    {
        foreach ((Address at, MemoryOperand icedAt) in Addresses(broadcasts: false))
        {
            for (int mask = 1; mask <= LastMask; mask++)
            {
                MaskRegister to = (MaskRegister)mask;
                Same(code => code.Emit(Kmovq, to, at), Instruction.Create(Code.VEX_Kmovq_kr_km64, Register.K0 + mask, icedAt));
                Same(code => code.Emit(Kmovw, to, at), Instruction.Create(Code.VEX_Kmovw_kr_km16, Register.K0 + mask, icedAt));
            }
            Same(code => code.Emit(Ldtilecfg, at), Instruction.Create(Code.VEX_Ldtilecfg_m512, icedAt));
            int vector = (int)at.Base;
            Same(code => code.Emit(Vmovups16, (VectorRegister)vector, at), Instruction.Create(Code.VEX_Vmovups_xmm_xmmm128, Register.XMM0 + vector, icedAt));
            Same(code => code.Emit(Vmovups16Store, (VectorRegister)vector, at), Instruction.Create(Code.VEX_Vmovups_xmmm128_xmm, icedAt, Register.XMM0 + vector));
            if (at.Index is null) { continue; }
            int tile = vector & LastTile;
            Same(code => code.Emit(Tileloadd, (TileRegister)tile, at), Instruction.Create(Code.VEX_Tileloadd_tmm_sibmem, Register.TMM0 + tile, icedAt));
            Same(code => code.Emit(Tilestored, (TileRegister)tile, at), Instruction.Create(Code.VEX_Tilestored_sibmem_tmm, icedAt, Register.TMM0 + tile));
        }
        for (int sums = 0; sums <= LastTile; sums++)
        {
            (TileRegister a, TileRegister b, TileRegister c) = ((TileRegister)sums, (TileRegister)((sums + 1) & LastTile), (TileRegister)((sums + 5) & LastTile));
            Same(code => code.Emit(Tdpbusd, a, b, c), Instruction.Create(Code.VEX_Tdpbusd_tmm_tmm_tmm, Register.TMM0 + (int)a, Register.TMM0 + (int)b, Register.TMM0 + (int)c));
        }
        Same(static code => code.EmitZeroUpper(), Instruction.Create(Code.VEX_Vzeroupper));
        Same(static code => code.EmitTileRelease(), Instruction.Create(Code.VEX_Tilerelease));
    }

    [TestMethod]
    public void Integer_instructions_of_memory()
    {
        foreach ((Address at, MemoryOperand icedAt) in Addresses(broadcasts: false))
        {
            GeneralRegister register = (GeneralRegister)((at.Displacement + (int)at.Base) & LastRegister);
            foreach ((IntegerInstruction ours, Code iced) in s_integerLoads) { Same(code => code.Emit(ours, register, at), Instruction.Create(iced, Wide(register), icedAt)); }
            Same(code => code.EmitStore(at, register), Instruction.Create(Code.Mov_rm64_r64, icedAt, Wide(register)));
            Same(code => code.EmitDecrement(at), Instruction.Create(Code.Dec_rm64, icedAt));
            Same(code => code.EmitPrefetch(at), Instruction.Create(Code.Prefetcht1_m8, icedAt));
            Same(code => code.EmitPrefetchToWrite(at), Instruction.Create(Code.Prefetchw_m8, icedAt));
            foreach ((IntegerInstruction ours, Code ofByte, Code ofFour, _) in s_integerNumbers)
            {
                Same(code => code.Emit(ours, at, -128), Instruction.Create(ofByte, icedAt, -128));
                Same(code => code.Emit(ours, at, 128), Instruction.Create(ofFour, icedAt, 128));
            }
        }
    }

    [TestMethod]
    public void Integer_instructions_of_registers_and_numbers()
    {
        for (int number = 0; number <= LastRegister; number++)
        {
            GeneralRegister a = (GeneralRegister)number;
            Same(code => code.EmitPush(a), Instruction.Create(Code.Push_r64, Wide(a)));
            Same(code => code.EmitPop(a), Instruction.Create(Code.Pop_r64, Wide(a)));
            Same(code => code.EmitDecrement(a), Instruction.Create(Code.Dec_rm64, Wide(a)));
            Same(code => code.EmitZero(a), Instruction.Create(Code.Xor_rm32_r32, Register.EAX + (int)a, Register.EAX + (int)a));
            Same(code => code.EmitConstant(a, 0xFEDC_BA98_7654_3210), Instruction.Create(Code.Mov_r64_imm64, Wide(a), 0xFEDC_BA98_7654_3210));
            Same(code => code.Emit(Mov, a, 100), Instruction.Create(Code.Mov_rm64_imm32, Wide(a), 100));
            foreach ((IntegerInstruction ours, Code ofByte, Code ofFour, Code ofRax) in s_integerNumbers)
            {
                Same(code => code.Emit(ours, a, 127), Instruction.Create(ofByte, Wide(a), 127));
                Same(code => code.Emit(ours, a, -129), Instruction.Create(a == GeneralRegister.Rax ? ofRax : ofFour, Wide(a), -129));
            }
            for (int other = 0; other <= LastRegister; other++)
            {
                GeneralRegister b = (GeneralRegister)other;
                foreach ((IntegerInstruction ours, Code iced) in s_integerPairs) { Same(code => code.Emit(ours, a, b), Instruction.Create(iced, Wide(a), Wide(b))); }
                Same(code => code.Emit(Imul, a, b, -128), Instruction.Create(Code.Imul_r64_rm64_imm8, Wide(a), Wide(b), -128));
                Same(code => code.Emit(Imul, a, b, 128), Instruction.Create(Code.Imul_r64_rm64_imm32, Wide(a), Wide(b), 128));
            }
        }
        Same(static code => code.EmitReturn(), Instruction.Create(Code.Retnq));
        Same(static code => code.EmitNop(), Instruction.Create(Code.Nopd));
    }

    [TestMethod]
    [DataRow(127, 2)]
    [DataRow(128, 6)]
    public void A_jump_over_so_many_bytes_takes_so_many(int over, int size)
    {
        var code = new MachineCode();
        CodeLabel label = new();
        code.Emit(Jump.Jne, label);
        for (int i = 0; i < over; i++) { code.EmitNop(); }
        code.Place(label);
        Instruction jump = Decode(code.ToArray())[0];
        Assert.AreEqual(size, jump.Length);
        Assert.AreEqual((ulong)(size + over), jump.NearBranchTarget);
    }

    [TestMethod]
    [DataRow(126, 2)]
    [DataRow(127, 5)]
    public void A_jump_back_over_so_many_bytes_takes_so_many(int over, int size)
    {
        var code = new MachineCode();
        CodeLabel label = new();
        code.Place(label);
        for (int i = 0; i < over; i++) { code.EmitNop(); }
        code.Emit(Jump.Jmp, label);
        Instruction jump = Decode(code.ToArray())[^1];
        Assert.AreEqual(size, jump.Length);
        Assert.AreEqual(0UL, jump.NearBranchTarget);
    }

    [TestMethod]
    public void A_label_that_is_not_placed_is_told()
    {
        var code = new MachineCode();
        code.Emit(Jump.Jmp, new CodeLabel());
        InvalidOperationException problem = Assert.ThrowsExactly<InvalidOperationException>(() => code.ToArray());
        StringAssert.Contains(problem.Message, "label that is not placed");
    }

    [TestMethod]
    public void Only_imul_has_three_operands() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(static () => new MachineCode().Emit(Add, GeneralRegister.Rax, GeneralRegister.Rcx, 1));

    [TestMethod]
    [DynamicData(nameof(EmittedCodeSpecs.Bodies), typeof(EmittedCodeSpecs), DynamicDataDisplayName = nameof(EmittedCodeSpecs.Title), DynamicDataDisplayNameDeclaringType = typeof(EmittedCodeSpecs))]
    public void Whole_functions_are_what_Iced_writes_for_the_same_instructions(string name, Delegate body)
    {
        foreach (bool windows in new[] { false, true })
        {
            byte[] ours = EmittedFunction.Assemble((Action<MachineCode>)body, windows);
            Instruction[] instructions = Decode(ours);
            HashSet<ulong> starts = [.. instructions.Select(static i => i.IP)];
            foreach (Instruction jump in instructions.Where(static i => i.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch))
            {
                Assert.Contains(jump.NearBranchTarget, starts, $"{name}: {jump}");
            }
            CollectionAssert.AreEqual(ours, instructions.SelectMany(Encode).ToArray(), name);
        }
    }

    private static void Same(Action<MachineCode> ours, Instruction expected)
    {
        var code = new MachineCode();
        ours(code);
        byte[] actual = code.ToArray(), iced = Encode(expected);
        if (!actual.AsSpan().SequenceEqual(iced)) { Assert.Fail($"{expected}: {Convert.ToHexString(actual)}, expected {Convert.ToHexString(iced)}."); }
    }

    private static byte[] Encode(Instruction instruction)
    {
        using var bytes = new MemoryStream();
        Encoder.Create(64, new StreamCodeWriter(bytes)).Encode(instruction, instruction.IP);
        return bytes.ToArray();
    }

    private static Instruction[] Decode(byte[] code)
    {
        var decoder = Decoder.Create(64, code);
        var instructions = new List<Instruction>();
        while (decoder.IP < (ulong)code.Length) { instructions.Add(decoder.Decode()); }
        return [.. instructions];
    }

    /// <summary>Every base, with every displacement, without and with an index.</summary>
    private static IEnumerable<(Address, MemoryOperand)> Addresses(bool broadcasts)
    {
        for (int at = 0; at <= LastRegister; at++)
        {
            foreach (int displacement in s_displacements)
            {
                GeneralRegister register = (GeneralRegister)at, index = (GeneralRegister)((at * 3 + displacement) & LastRegister);
                int size = displacement == 0 ? 0 : 1;
                yield return (broadcasts ? Broadcast(register, displacement) : At(register, displacement), new(Wide(register), Register.None, 1, displacement, size, broadcasts, Register.None));
                if (index == GeneralRegister.Rsp) { continue; }
                int scaleBits = broadcasts ? 0 : at & 1;
                yield return (broadcasts ? Broadcast(register, index, displacement) : At(register, index, displacement, scaleBits), new(Wide(register), Wide(index), 1 << scaleBits, displacement, size, broadcasts, Register.None));
            }
        }
    }

    private static Register Wide(GeneralRegister register) => Register.RAX + (int)register;

    private static Register Zmm(int number) => Register.ZMM0 + number;
}
