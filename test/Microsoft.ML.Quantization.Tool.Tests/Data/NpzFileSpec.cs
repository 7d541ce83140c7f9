using System.IO.Compression;
using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Tool.Data;

namespace Microsoft.ML.Quantization.Tool.Tests.Data;

[TestClass]
public sealed class NpzFileSpec
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    public static IEnumerable<object[]> EveryType =>
        from type in new[]
        {
            ElementType.Float16, ElementType.Float32, ElementType.Float64, ElementType.Int8, ElementType.Int16, ElementType.Int32, ElementType.Int64,
            ElementType.UInt8, ElementType.UInt16, ElementType.UInt32, ElementType.UInt64, ElementType.Boolean,
        }
        select new object[] { type };

    [TestMethod]
    [DynamicData(nameof(EveryType))]
    public void Every_element_type_comes_back_as_it_was_written(ElementType type)
    {
        foreach (Shape shape in (Shape[])[Shape.Scalar, new Shape(3), new Shape(2, 0, 4), new Shape(2, 3, 4)])
        {
            var tensor = new Tensor(type, shape);
            for (int i = 0; i < tensor.Bytes.Length; i++) { tensor.Bytes[i] = (byte)(type == ElementType.Boolean ? i & 1 : i * 37); }
            NpzWriter.Write(_folder.At("a.npz"), [new("x", tensor)]);
            using DataFile file = DataFile.Open(_folder.At("a.npz"));
            Tensor read = file.Read("x");
            Assert.AreEqual(type, read.Type);
            Assert.AreEqual(shape, read.Shape);
            CollectionAssert.AreEqual(tensor.Bytes.ToArray(), read.Bytes.ToArray());
        }
    }

    [TestMethod]
    public void The_same_arrays_give_the_same_bytes()
    {
        Tensor x = Tensor.Create(1f, 2f);
        NpzWriter.Write(_folder.At("a.npz"), [new("x", x), new("/head/y", x)]);
        NpzWriter.Write(_folder.At("b.npz"), [new("x", x), new("/head/y", x)]);
        CollectionAssert.AreEqual(File.ReadAllBytes(_folder.At("a.npz")), File.ReadAllBytes(_folder.At("b.npz")));
        using ZipArchive archive = ZipFile.OpenRead(_folder.At("a.npz"));
        CollectionAssert.AreEqual(new[] { "x.npy", "/head/y.npy" }, archive.Entries.Select(entry => entry.FullName).ToArray());
        Assert.AreEqual(new DateTime(1980, 1, 1), archive.Entries[0].LastWriteTime.DateTime);
        Assert.AreEqual(archive.Entries[0].Length, archive.Entries[0].CompressedLength, "entries are stored");
    }

    [TestMethod]
    public void The_writer_refuses_two_arrays_of_one_name()
    {
        var error = Assert.ThrowsExactly<QuantizationException>(() => NpzWriter.Write(_folder.At("a.npz"), [new("x", Tensor.Create(1f)), new("x", Tensor.Create(2f))]));
        StringAssert.Contains(error.Message, "would have two arrays 'x'");
    }

    [TestMethod]
    [DataRow(1, CompressionLevel.NoCompression)]
    [DataRow(2, CompressionLevel.SmallestSize)]
    [DataRow(3, CompressionLevel.Fastest)]
    public void Every_version_is_read_stored_and_deflated(int version, CompressionLevel level)
    {
        float[] values = [.. Enumerable.Range(0, 1000).Select(i => i % 7f)];
        byte[] array = NpzBuilder.Npy("{\"shape\": (10, 100), 'fortran_order': False, 'descr': '<f4'}", MemoryMarshal.AsBytes<float>(values), version);
        using DataFile file = DataFile.Open(NpzBuilder.Zip(_folder.At("a.npz"), level, ("x.npy", array), ("notes.txt", "hello"u8.ToArray())));
        CollectionAssert.AreEqual(new[] { "x" }, file.Names.ToArray());
        CollectionAssert.AreEqual(values, file.Read("x").AsSpan<float>().ToArray());
    }

    [TestMethod]
    public void Fortran_order_is_turned_around()
    {
        byte[] columnsFirst = [1, 4, 2, 5, 3, 6];
        using DataFile file = DataFile.Open(NpzBuilder.Zip(_folder.At("a.npz"), ("x.npy", NpzBuilder.Npy("|u1", "(2, 3)", columnsFirst, fortran: true))));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 4, 5, 6 }, file.Read("x").AsSpan<byte>().ToArray());
    }

    [TestMethod]
    [DataRow("'<f4'", "(2147483648, 2147483648)", "16 bytes, but 4 bytes are present", DisplayName = "2^64 bytes promised")]
    [DataRow("'<f4'", "(4294967296, 4294967296, 4294967296)", "more than 2^63 bytes", DisplayName = "2^98 bytes promised")]
    [DataRow("'<f4'", "(2,)", "declares shape (2) of float32, 8 bytes, but 4 bytes are present", DisplayName = "too few bytes")]
    [DataRow("'<f4'", "()", null, DisplayName = "a scalar is right")]
    [DataRow("'|u1'", "(3,)", "but 4 bytes are present", DisplayName = "too many bytes")]
    [DataRow("'<f4'", "(99999999999999999999,)", "axis that is not a whole number", DisplayName = "axis beyond 64 bits")]
    [DataRow("'<f4'", "(-1,)", "axis that is not a whole number", DisplayName = "negative axis")]
    [DataRow("'<f4'", "(1+0,)", "lacks ')'", DisplayName = "an expression is not evaluated")]
    [DataRow("'<f4'", "__import__('os')", "lacks '('", DisplayName = "code is not evaluated")]
    [DataRow("'>f4'", "(1,)", "big-endian; save it with .astype('<f4')", DisplayName = "big-endian")]
    [DataRow("'|O'", "(1,)", "Python objects", DisplayName = "pickled objects")]
    [DataRow("'<c8'", "(1,)", "expected one of <f2, <f4", DisplayName = "complex")]
    [DataRow("[('a', '<f4')]", "(1,)", "structured array", DisplayName = "structured")]
    [DataRow("'<f4", "(1,)", "", DisplayName = "open quote")]
    [DataRow("'<f4', 'descr': '<f4'", "(1,)", "has the key 'descr'", DisplayName = "key twice")]
    [DataRow("'<f4', 'x': '<f4'", "(1,)", "has the key 'x'", DisplayName = "unknown key")]
    [DataRow("'<f4'", "(1,)} more {", "goes on after its end", DisplayName = "text behind")]
    public void A_wrong_header_is_refused_before_memory_is_taken(string descriptor, string shape, string? expected)
    {
        byte[] array = NpzBuilder.Npy($"{{'descr': {descriptor}, 'fortran_order': False, 'shape': {shape}, }}", [1, 2, 3, 4]);
        using DataFile file = DataFile.Open(NpzBuilder.Zip(_folder.At("a.npz"), ("x.npy", array)));
        if (expected is null)
        {
            Assert.AreEqual(Shape.Scalar, file.Read("x").Shape);
            return;
        }
        var error = Assert.ThrowsExactly<QuantizationException>(() => file.Read("x"));
        StringAssert.Contains(error.Message, $"Array 'x' of '{_folder.At("a.npz")}'");
        StringAssert.Contains(error.Message, expected == "16 bytes, but 4 bytes are present" ? "more than 2^63 bytes, but 4 bytes are present" : expected);
    }

    [TestMethod]
    public void Wrong_marks_and_versions_are_refused()
    {
        byte[] good = NpzBuilder.Npy("<f4", "(1,)", [0, 0, 0, 0]);
        byte[] version = [.. good];
        version[6] = 9;
        byte[] longHeader = [.. good[..8], 0xFF, 0xFF];
        using DataFile file = DataFile.Open(NpzBuilder.Zip(_folder.At("a.npz"),
            ("text.npy", "hello"u8.ToArray()), ("version.npy", version), ("short.npy", good[..20]), ("long.npy", longHeader)));
        foreach ((string name, string text) in ((string, string)[])[("text", "NumPy's mark"), ("version", "version 9.0"), ("short", "truncated"), ("long", "header of 65535 bytes")])
        {
            StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => file.Read(name)).Message, text);
        }
    }

    [TestMethod]
    public void A_bomb_is_refused_before_it_is_unpacked()
    {
        const int length = 80 << 20;
        byte[] zeros = NpzBuilder.Npy("|u1", $"({length},)", new byte[length]);
        string path = NpzBuilder.Zip(_folder.At("bomb.npz"), CompressionLevel.Optimal, ("x.npy", zeros));
        using DataFile file = DataFile.Open(path);
        string message = Assert.ThrowsExactly<QuantizationException>(() => file.Read("x")).Message;
        StringAssert.Contains(message, $"unpacks to {zeros.Length:N0} bytes");
        StringAssert.Contains(message, "--memory-limit");
        using DataFile trusted = DataFile.Open(path, memoryLimit: 100 << 20);
        Assert.AreEqual(new Shape(length), trusted.Read("x").Shape);
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => trusted.Read("x")).Message, "are taken");
    }

    [TestMethod]
    public void A_flipped_bit_is_found_by_the_checksum()
    {
        byte[] bytes = File.ReadAllBytes(NpzBuilder.Zip(_folder.At("a.npz"), ("x.npy", NpzBuilder.Npy("<f4", "(4,)", "0123456789abcdef"u8))));
        bytes[bytes.AsSpan().IndexOf("0123456789abcdef"u8) + 3] ^= 4;
        using DataFile file = DataFile.Open(_folder.Write("b.npz", bytes));
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => file.Read("x")).Message, "checksum");
    }

    [TestMethod]
    public void Every_truncation_and_many_mutations_are_refused_or_read_but_never_crash()
    {
        byte[] bytes = File.ReadAllBytes(NpzBuilder.Zip(_folder.At("a.npz"), CompressionLevel.Fastest, ("x.npy", NpzBuilder.Npy("<f4", "(8,)", new byte[32]))));
        for (int length = 0; length < bytes.Length; length++) { ReadOrRefuse(bytes.AsSpan(0, length), mustRefuse: true); }
        var random = new Random(1);
        for (int round = 0; round < 400; round++)
        {
            byte[] mutated = [.. bytes];
            for (int change = 0; change < 3; change++) { mutated[random.Next(mutated.Length)] = (byte)random.Next(256); }
            ReadOrRefuse(mutated, mustRefuse: false);
        }
    }

    [TestMethod]
    [DataRow("../x")]
    [DataRow("a/../../x")]
    [DataRow("a\\x")]
    [DataRow("")]
    [DataRow("a\nb")]
    public void Names_like_paths_are_refused(string name)
    {
        string path = NpzBuilder.Zip(_folder.At("a.npz"), (name + ".npy", NpzBuilder.Npy("<f4", "()", new byte[4])));
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => DataFile.Open(path)).Message, "expected a plain name");
    }

    [TestMethod]
    public void Two_arrays_of_one_name_are_refused()
    {
        byte[] array = NpzBuilder.Npy("<f4", "()", new byte[4]);
        string path = NpzBuilder.Zip(_folder.At("a.npz"), ("x.npy", array), ("x.npy", array));
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => DataFile.Open(path)).Message, "two arrays 'x'");
    }

    [TestMethod]
    public void Files_that_are_no_data_are_refused()
    {
        foreach ((string path, string text) in ((string, string)[])
        [
            (_folder.At("none.npz"), "There is no data file"),
            (_folder.Root, "is a folder"),
            (_folder.Write("a.txt", "1"), "expected .npz (numpy.savez) or .csv"),
            (_folder.Write("g.npz", "PK\u0003\u0004garbage"), "not a whole ZIP archive"),
            (_folder.Write("e.npz", ""), "not a whole ZIP archive"),
        ])
        {
            StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => DataFile.Open(path)).Message, text);
        }
    }

    [TestMethod]
    public void A_missing_array_is_named_with_those_that_exist()
    {
        NpzWriter.Write(_folder.At("a.npz"), [new("x", Tensor.Create(1f)), new("y", Tensor.Create(1f))]);
        using DataFile file = DataFile.Open(_folder.At("a.npz"));
        StringAssert.Contains(Assert.ThrowsExactly<QuantizationException>(() => file.Read("z")).Message, "has no array 'z'; it has 'x', 'y'");
    }

    private void ReadOrRefuse(ReadOnlySpan<byte> bytes, bool mustRefuse)
    {
        string path = _folder.Write("m.npz", bytes);
        try
        {
            using DataFile file = DataFile.Open(path);
            foreach (string name in file.Names) { file.Read(name); }
            Assert.IsFalse(mustRefuse, $"{bytes.Length} bytes were read as a whole file");
        }
        catch (QuantizationException)
        {
        }
    }
}
