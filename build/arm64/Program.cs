using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.ArmCheck;

// Runs every case on this computer, then holds the lines "suite engine seed mismatches hash" of an emulated run, read from the standard
// input, against it. The last line is "N passed, N failed, N skipped".
const int Blocks = 16, Capacity = 1 << 20;
string[] suites = ["int8 wide tile", "int8 narrow tile", "int8 depthwise", "float tile", "float depthwise", "float functions", "codes element by element", "pools", "int8 depthwise row", "weights in codes"];
string[] engines = ["ArmDp", "ArmAdvSimd", "Vector128"];
int passed = 0, failed = 0;
Dictionary<(int Suite, int Seed), ulong> expected = [];
Dictionary<(int Suite, int Engine), int> cases = [];

while (Console.ReadLine() is { } line)
{
    string[] fields = line.Split(' ');
    if (fields.Length != 5) { continue; }
    (int suite, int engine, int seed, int mismatches) = (Number(fields[0]), Number(fields[1]), Number(fields[2]), Number(fields[3]));
    ulong hash = ulong.Parse(fields[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    if (!expected.TryGetValue((suite, seed), out ulong here)) { expected[(suite, seed)] = here = Here(suite, seed); }
    cases[(suite, engine)] = cases.GetValueOrDefault((suite, engine)) + 1;
    if (mismatches == 0 && hash == here) { passed++; continue; }
    failed++;
    if (failed <= 20) { Console.WriteLine($"FAILED: {suites[suite]}, {engines[engine]}, seed {seed}: {mismatches} bytes differ from plain loops on the same processor; hash {hash:x16}, here {here:x16}."); }
}
foreach (((int suite, int engine), int count) in cases.OrderBy(pair => pair.Key)) { Console.WriteLine($"{suites[suite]}, {engines[engine]}: {count} cases"); }
if (passed + failed == 0) { Console.WriteLine("FAILED: the emulated run printed no case."); failed++; }
Console.WriteLine($"{passed} passed, {failed} failed, 0 skipped");
return failed == 0 ? 0 : 1;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static unsafe ulong Here(int suite, int seed)
{
    byte** blocks = stackalloc byte*[Blocks];
    for (int i = 0; i < Blocks; i++) { blocks[i] = (byte*)NativeMemory.Alloc(Capacity); }
    ulong hash;
    int mismatches = Check.Run(suite, Check.Portable, seed, blocks, Capacity, &hash);
    for (int i = 0; i < Blocks; i++) { NativeMemory.Free(blocks[i]); }
    return mismatches == 0 ? hash : throw new InvalidOperationException($"Suite {suite}, seed {seed}: {mismatches} bytes differ on this computer, before any emulation.");
}
