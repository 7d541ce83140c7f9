using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Tests.Testing;

[TestClass]
public sealed class GuardedBufferSpec
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(4095)]
    [DataRow(4096)]
    [DataRow(70_000)]
    public unsafe void The_buffer_touches_a_page_boundary_on_the_chosen_side(int length)
    {
        nint page = Environment.SystemPageSize;
        using var before = new GuardedBuffer<short>(length, GuardSide.Before);
        using var after = new GuardedBuffer<short>(length);
        Assert.AreEqual(0, (nint)before.Pointer % page);
        Assert.AreEqual(0, (nint)(after.Pointer + length) % page);
        before.Span.Fill(7);
        after.Span.Fill(7);
        Assert.AreEqual(length, after.Span.Count((short)7));
    }

    [TestMethod]
    public void It_copies_values_and_refuses_use_after_disposal()
    {
        var buffer = new GuardedBuffer<float>([1f, 2f, 3f]);
        CollectionAssert.AreEqual(new[] { 1f, 2f, 3f }, buffer.Span.ToArray());
        buffer.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => buffer.Span.ToArray());
    }

    [TestMethod]
    public void The_neighbouring_pages_are_inaccessible()
    {
        if (!OperatingSystem.IsLinux()) { Assert.Inconclusive("Page protections are listed by the Linux kernel only."); }
        using var buffer = new GuardedBuffer<byte>(100);
        Assert.AreEqual("---p", Protection(AddressOf(buffer) + 100));
        Assert.AreEqual("rw-p", Protection(AddressOf(buffer)));
        Assert.AreEqual("---p", Protection(AddressOf(buffer) + 100 - 2 * Environment.SystemPageSize));
    }

    private static unsafe long AddressOf(GuardedBuffer<byte> buffer) => (nint)buffer.Pointer;

    private static string Protection(long address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] bounds = line.Split(' ', 2)[0].Split('-');
            if (address >= Convert.ToInt64(bounds[0], 16) && address < Convert.ToInt64(bounds[1], 16)) { return line.Split(' ')[1]; }
        }
        return "not mapped";
    }
}
