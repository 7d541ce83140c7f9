using Microsoft.ML.Quantization.Kernels.Functional;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Kernels.Tests.Functional;

/// <summary>
/// <c>q_elementwise.json</c>: codes and parameters exactly as PyTorch's, but for float ties: 1 in 1000 codes of the whole file may be off by one.
/// </summary>
[TestClass]
[TestCategory("Engine")]
[TestCategory("Golden")]
public sealed class ElementwiseGolden
{
    [TestMethod]
    public void Codes_equal_PyTorch()
    {
        (int codes, int differing) = (0, 0);
        GoldenFile.Open("q_elementwise.json").Check(_ => null, golden =>
        {
            QuantizedTensor y = Run(golden, EngineList.Default);
            codes += y.Length;
            GoldenTensors.AssertCodes(golden.Answer("output"), y, allowed: 1);
            differing += QuantizedCodes.AssertNear(golden.Answer("output").Ints, y.Ints(), allowed: 1);
            foreach (Engine engine in EnginesUnderTest.All) { CollectionAssert.AreEqual(y.Ints(), Run(golden, engine).Ints(), engine.Name); }
        });
        Console.WriteLine($"{differing} of {codes} codes are off by one");
        Assert.IsTrue(differing * 1000L <= codes, $"{differing} of {codes} codes are off by one; expected at most 1 in 1000");
    }

    private static QuantizedTensor Run(GoldenCase golden, Engine engine)
    {
        string op = golden.Text("op")!;
        (double scale, int zeroPoint) = (golden.Number("out_scale") ?? 0, golden.Integer("out_zero_point") ?? 0);
        QuantizedTensor X() => golden.Input("x").Quantized();
        QuantizedTensor Y() => golden.Input("y").Quantized();
        QuantizedTensor[] Xs() => [.. golden.Inputs.GetProperty("xs").EnumerateArray().Select(x => GoldenCase.Tensor(x).Quantized())];
        // QFunctional calls the same functions.
        return op.Replace("QFunctional.", "", StringComparison.Ordinal) switch
        {
            "add" => Arithmetic.Add(X(), Y(), scale, zeroPoint, engine),
            "add_relu" => Arithmetic.AddRelu(X(), Y(), scale, zeroPoint, engine),
            "mul" => Arithmetic.Mul(X(), Y(), scale, zeroPoint, engine),
            "mul_relu" => Arithmetic.MulRelu(X(), Y(), scale, zeroPoint, engine),
            "add_scalar" => TensorScalarArithmetic.AddScalar(X(), golden.Number("scalar")!.Value, engine),
            "add_scalar_relu" => TensorScalarArithmetic.AddScalarRelu(X(), golden.Number("scalar")!.Value, engine),
            "mul_scalar" => TensorScalarArithmetic.MulScalar(X(), golden.Number("scalar")!.Value, engine),
            "mul_scalar_relu" => TensorScalarArithmetic.MulScalarRelu(X(), golden.Number("scalar")!.Value, engine),
            "cat" => Concatenation.Cat(Xs(), golden.Integer("dim")!.Value, scale, zeroPoint, engine),
            "cat_relu" => Concatenation.CatRelu(Xs(), golden.Integer("dim")!.Value, scale, zeroPoint, engine),
            "torch.cat" => QuantizedTensor.Cat(Xs(), golden.Integer("dim")!.Value),
            "matmul" => MatrixProducts.MatMul(X(), Y(), scale, zeroPoint, engine),
            _ => throw new FormatException($"'{op}' is not a function of this file."),
        };
    }
}
