using Microsoft.ML.Runtime;

namespace Microsoft.ML.Compatibility.Tests;

[TestClass]
public sealed class EnvironmentSpec
{
    [TestMethod]
    public void A_channel_writes_to_the_log_of_the_context()
    {
        var ml = new MLContext();
        var events = new List<LoggingEventArgs>();
        ml.Log += (_, message) => events.Add(message);

        using (IChannel channel = ((IHostEnvironment)ml).Register("Quantize").Start("Observe"))
        {
            channel.Info(MessageSensitivity.None, "Row {0} of {1}", 1, 2);
        }

        LoggingEventArgs info = events.Single(message => message.Kind == ChannelMessageKind.Info);
        Assert.AreEqual("Row 1 of 2", info.RawMessage);
        Assert.AreEqual("Quantize; Observe", info.Source);
        Assert.AreEqual("[Source=Quantize; Observe, Kind=Info] Row 1 of 2", info.Message);
        Assert.AreEqual("Channel disposed", events[^1].RawMessage);
    }

    [TestMethod]
    public void Progress_raises_no_log_event()
    {
        var ml = new MLContext();
        int events = 0;
        ml.Log += (_, _) => events++;

        using (IProgressChannel progress = ((IHostEnvironment)ml).StartProgressChannel("Fit"))
        {
            progress.SetHeader(new ProgressHeader("rows"), entry => entry.SetProgress(0, 1));
            progress.Checkpoint(1.0);
        }

        Assert.AreEqual(0, events);
    }

    [TestMethod]
    public void Options_are_kept_by_name()
    {
        var ml = new MLContext { GpuDeviceId = 1, FallbackToCpu = false };

        Assert.IsTrue(ml.TryAddOption("threads", 4));
        Assert.IsFalse(ml.TryAddOption("threads", 5));
        Assert.AreEqual(4, ml.GetOptionOrDefault<int>("threads"));
        Assert.IsTrue(ml.RemoveOption("threads"));
        Assert.IsFalse(ml.TryGetOption("threads", out int _));
        Assert.AreEqual(1, ml.GpuDeviceId);
    }
}
