using System.Text;
using Microsoft.ML.Quantization.Graphs;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Modules.Tests;

/// <summary>The state of a tree, and its file.</summary>
[TestClass]
public sealed class StateDictSpec
{
    // Written by this package when the format was new: the converted tree of Build.
    private static string FirstVersion => RepositoryFolder.At("test", "Models", "state-v1.safetensors");

    [TestMethod]
    public void A_state_comes_back_from_its_file_and_gives_the_same_results()
    {
        Tensor x = Numbers.Input(2, 2, 5, 5);
        (Module prepared, Module converted) = Build(x);
        foreach (Module tree in (Module[])[prepared, converted])
        {
            byte[] bytes = Write(StateDict.Of(tree));
            CollectionAssert.AreEqual(bytes, Write(Read(bytes)), "the same state gives the same bytes");
            // A tree of the same making with other numbers.
            (Module otherPrepared, Module otherConverted) = Build(Numbers.Input(2, 2, 5, 5), seed: 7);
            Module other = ReferenceEquals(tree, prepared) ? otherPrepared : otherConverted;
            Assert.IsFalse(Bits(tree.Clone(), x).SequenceEqual(Bits(other.Clone(), x)));
            Read(bytes).LoadInto(other);
            CollectionAssert.AreEqual(bytes, Write(StateDict.Of(other)));
            CollectionAssert.AreEqual(Bits(tree, x), Bits(other, x));
        }
    }

    [TestMethod]
    public void Observers_alone_can_be_loaded()
    {
        Tensor x = Numbers.Input(2, 2, 5, 5);
        (Module prepared, _) = Build(x);
        StateDict observers = StateDict.Of(prepared).Observers();
        Assert.IsTrue(observers.Entries.Keys.All(name => name.Contains("activation_post_process", StringComparison.Ordinal)));
        Module fresh = EagerQuantization.Prepare(Model(seed: 0));
        observers.LoadObserversInto(fresh);
        CollectionAssert.AreEqual(Bits(EagerQuantization.Convert(prepared), x), Bits(EagerQuantization.Convert(fresh), x));
        var damaged = new StateDict(observers.Entries.Select(entry => entry.Key.EndsWith("count", StringComparison.Ordinal) ? new(entry.Key, new(Tensor.Create(1f), null, IsParameter: false)) : entry));
        Refusal.Of(() => damaged.LoadObserversInto(fresh), "Entry 'count' of an observer is float32[1]");
    }

    [TestMethod]
    public void The_file_is_safetensors()
    {
        byte[] bytes = Write(new StateDict([new("fc.weight", new(null, QuantizedTensor.QuantizePerTensor(Tensor.Create(1f, -1f), 0.5, 3, ElementType.QUInt8), IsParameter: false)), new("fc.bias", new(Tensor.Create(2f), null, IsParameter: true))]));
        int length = (int)BitConverter.ToInt64(bytes);
        Assert.AreEqual(
            """{"__metadata__":{"mlq_state_version":"1","quantized:fc.weight":"per_tensor_affine quint8"},"fc.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"fc.weight":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"fc.weight.scales":{"dtype":"F64","shape":[1],"data_offsets":[6,14]},"fc.weight.zero_points":{"dtype":"I32","shape":[1],"data_offsets":[14,18]}}""",
            Encoding.UTF8.GetString(bytes, 8, length));
        CollectionAssert.AreEqual(new byte[] { 5, 1 }, bytes[(8 + length + 4)..(8 + length + 6)]);
        Assert.HasCount(8 + length + 18, bytes);
    }

    [TestMethod]
    public void Files_of_the_first_version_load_for_ever()
    {
        StateDict state = StateDict.Load(FirstVersion);
        (_, Module converted) = Build(Numbers.Input(2, 2, 5, 5), seed: 7);
        state.LoadInto(converted);
        (_, Module same) = Build(Numbers.Input(2, 2, 5, 5));
        CollectionAssert.AreEqual(Bits(same, Numbers.Input(2, 2, 5, 5)), Bits(converted, Numbers.Input(2, 2, 5, 5)));
    }

    [TestMethod]
    public void Damaged_files_are_refused_and_never_crash()
    {
        byte[] whole = File.ReadAllBytes(FirstVersion);
        for (int length = 0; length < whole.Length; length += 7) { Assert.Throws<QuantizationException>(() => Read(whole[..length])); }
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. whole];
            // Most bytes of the header matter; those of elements are numbers, and any is one.
            damaged[random.Next(i % 2 == 0 ? damaged.Length : 600)] = (byte)random.Next(256);
            try { Read(damaged); }
            catch (QuantizationException) { refused++; }
        }
        Assert.IsGreaterThan(500, refused);
        Refusal.Of(() => Read(Text("""{"__metadata__":{"mlq_state_version":"2"}}""")), "version 2", "up to 1", "newer package");
        Refusal.Of(() => Read(Text("{}")), "damaged", "mlq_state_version");
        Refusal.Of(() => Read(Text("""{"__metadata__":{"mlq_state_version":"1"},"x":{"dtype":"F32","shape":[2147483647,2147483647],"data_offsets":[0,4]}}""")), "damaged", "'x' cannot be");
        Refusal.Of(() => Read(Text("""{"__metadata__":{"mlq_state_version":"1"},"x":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}""")), "damaged", "inside of 0");
        Refusal.Of(() => Read(Text("""{"__metadata__":{"mlq_state_version":"1"},"x":{"dtype":"Q9","shape":[1],"data_offsets":[0,4]}}""")), "damaged", "known dtype");
        Refusal.Of(() => Read(Text("nonsense")), "damaged", "not JSON");
        Refusal.Of(() => StateDict.Load("/nowhere/at/all"), "cannot be read");

        static byte[] Text(string header) => [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header)];
    }

    [TestMethod]
    public void A_file_is_complete_or_stays_as_it_was()
    {
        string folder = Directory.CreateTempSubdirectory("mlq-test-").FullName, path = Path.Combine(folder, "state.safetensors");
        try
        {
            StateDict state = StateDict.Of(new Linear(2, 2));
            state.Save(path);
            byte[] before = File.ReadAllBytes(path);
            var clash = new StateDict([new("a", new(null, QuantizedTensor.QuantizePerTensor(Tensor.Create(1f), 1, 0, ElementType.QUInt8), IsParameter: false)), new("a.scales", new(Tensor.Create(1f), null, IsParameter: false))]);
            Refusal.Of(() => clash.Save(path), "'a.scales'", "expected another name");
            CollectionAssert.AreEqual(before, File.ReadAllBytes(path));
            Assert.HasCount(1, Directory.GetFileSystemEntries(folder));
            Refusal.Of(() => state.Save(Path.Combine(folder, "missing", "x")), "cannot be written");
            CollectionAssert.AreEqual(Write(state), Write(StateDict.Load(path)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void A_state_that_does_not_fit_changes_nothing()
    {
        var layer = new Linear(2, 2);
        byte[] before = Write(StateDict.Of(layer));
        Refusal.Of(() => new StateDict([new("weight", layer.Entries["weight"]), new("other", layer.Entries["bias"])]).LoadInto(layer), "missing are bias", "left over other");
        Refusal.Of(() => StateDict.Of(new Linear(3, 2)).LoadInto(layer), "'weight' of a state is float32[2, 3]; expected float32[2, 2]");
        Refusal.Of(() => _ = new StateDict([new("a", new(null, null, IsParameter: true))]), "'a' of a state is empty");
        Refusal.Of(() => _ = StateDict.Of(layer)["c"], "no entry 'c'", "bias, weight");
        CollectionAssert.AreEqual(before, Write(StateDict.Of(layer)));
    }

    private static Module Model(ulong seed)
    {
        Module model = new Sequential([("quant", new QuantStub()), ("conv", new Conv2d(2, 3, [3], seed: seed)), ("relu", new ReLU()), ("flat", new Flatten()), ("fc", new Linear(27, 2, seed: seed)), ("dequant", new DeQuantStub())]);
        model = EagerQuantization.FuseModules(model, ["conv", "relu"]);
        model.QConfig = QConfigs.PerChannel;
        return model;
    }

    private static (Module Prepared, Module Converted) Build(Tensor x, ulong seed = 0)
    {
        Module prepared = EagerQuantization.Prepare(Model(seed));
        prepared.Forward(x);
        return (prepared, EagerQuantization.Convert(prepared));
    }

    private static float[] Bits(Module module, Tensor x) => module.Forward(x).ToTensor().AsSpan<float>().ToArray();

    private static byte[] Write(StateDict state)
    {
        using var stream = new MemoryStream();
        StateFile.Write(state, stream);
        return stream.ToArray();
    }

    private static StateDict Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return StateFile.Read(stream);
    }
}
