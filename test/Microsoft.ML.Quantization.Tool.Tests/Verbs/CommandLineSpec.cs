namespace Microsoft.ML.Quantization.Tool.Tests.Verbs;

[TestClass]
public sealed class CommandLineSpec
{
    [TestMethod]
    [DataRow("static --no-such-option", "There is no option '--no-such-option'")]
    [DataRow("info --no-such-option", "There is no option '--no-such-option'")]
    [DataRow("engines --no-such-option", "--no-such-option")]
    [DataRow("engines surplus", "surplus")]
    [DataRow("no-such-verb", "no-such-verb")]
    [DataRow("", "Required command")]
    [DataRow("info", "Required argument missing")]
    [DataRow("run a.onnx --input a.npz", "'--output' is required")]
    [DataRow("run a.onnx --input a.npz -o b.npz --batch 0", "--batch is 0; expected a whole number from 1")]
    [DataRow("run a.onnx --input a.npz -o b.npz --threads x", "--threads is x; expected a whole number from 1 to 1024.")]
    [DataRow("bench a.onnx --batch 1.5", "--batch is 1.5; expected a whole number from 1.")]
    [DataRow("bench a.onnx --threads 100000", "from 1 to 1024")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --rows 0", "--rows is 0; expected a whole number from 1")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --seed -1", "--seed is -1; expected a whole number from 0.")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --rows 99999999999", "--rows is 99999999999; expected a whole number from 1 to 2147483647.")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --observer mean", "There is no observer 'mean' of activations; expected one of entropy, histogram, minmax, movingaverageminmax, mse, octav, percentile.")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --backend z80", "z80")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --config c.json --backend x86", "expected one of them")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --quantizer qnnpack", "qnnpack")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --quantizer xnnpack --backend x86", "--quantizer and --backend both choose what is observed and how; expected one of them.")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --quantizer xnnpack --observer mse", "--quantizer and --observer both choose")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --quantizer x86-inductor --per-tensor", "gives each output channel its own scale; expected no --per-tensor, or --quantizer xnnpack.")]
    [DataRow("static a.onnx --calibration a.npz -o b.onnx --quantizer xnnpack --prefer-speed", "--quantizer alone decides what is quantized; expected no --prefer-speed with it.")]
    [DataRow("evaluate a.onnx --data a.npz --metric wit", "wit")]
    public void Wrong_usage_is_exit_2_with_a_message_and_a_hint(string line, string expected)
    {
        CommandRun run = CommandRun.Of(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.AreEqual(Application.WrongUsage, run.Code);
        Assert.AreEqual("", run.Out);
        StringAssert.Contains(run.Error, expected);
        StringAssert.Contains(run.Error, "Try 'mlquant");
    }

    [TestMethod]
    [DataRow("--help", "evaluate")]
    [DataRow("static --help", "--calibration <DATA> (REQUIRED)")]
    [DataRow("run --help", "never the result")]
    [DataRow("evaluate --help", "<accuracy|mse|psnr|r2>")]
    [DataRow("bench --help", "--threads <N>")]
    [DataRow("info --help", "MODEL")]
    public void Help_explains_and_is_exit_0(string line, string expected)
    {
        CommandRun run = CommandRun.Of(line.Split(' '));
        Assert.AreEqual(Application.Done, run.Code);
        Assert.AreEqual("", run.Error);
        StringAssert.Contains(run.Out, expected);
    }

    [TestMethod]
    public void The_version_is_that_of_the_tool()
    {
        CommandRun run = CommandRun.Of("--version");
        Assert.AreEqual(Application.Done, run.Code);
        StringAssert.StartsWith(run.Out, typeof(Application).Assembly.GetName().Version!.ToString(3));
    }
}
