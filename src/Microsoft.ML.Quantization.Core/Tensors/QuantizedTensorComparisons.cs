namespace Microsoft.ML.Quantization;

/// <summary>
/// Comparisons of the reals that codes stand for, element by element, with shapes stretched to each other. They work with every scheme and
/// between schemes. The results are boolean tensors. (C# keeps <c>==</c> for identity of the tensor object.)
/// </summary>
public static class QuantizedTensorComparisons
{
    /// <summary>Where the reals are equal (PyTorch <c>eq</c>).</summary>
    /// <exception cref="QuantizationException">The shapes do not stretch to each other.</exception>
    public static Tensor Eq(this QuantizedTensor left, QuantizedTensor right) => Compare(left, right, static (a, b) => a == b);

    /// <summary>Where the real equals a number, which is rounded to float32 first (PyTorch <c>eq</c>).</summary>
    public static Tensor Eq(this QuantizedTensor left, double right) => Compare(left, right, static (a, b) => a == b);

    /// <summary>Where the reals differ (PyTorch <c>ne</c>).</summary>
    /// <exception cref="QuantizationException">The shapes do not stretch to each other.</exception>
    public static Tensor Ne(this QuantizedTensor left, QuantizedTensor right) => Compare(left, right, static (a, b) => a != b);

    /// <summary>Where the real differs from a number, which is rounded to float32 first (PyTorch <c>ne</c>).</summary>
    public static Tensor Ne(this QuantizedTensor left, double right) => Compare(left, right, static (a, b) => a != b);

    /// <summary>Where the left real is smaller (PyTorch <c>lt</c>).</summary>
    /// <exception cref="QuantizationException">The shapes do not stretch to each other.</exception>
    public static Tensor Lt(this QuantizedTensor left, QuantizedTensor right) => Compare(left, right, static (a, b) => a < b);

    /// <summary>Where the real is smaller than a number, which is rounded to float32 first (PyTorch <c>lt</c>).</summary>
    public static Tensor Lt(this QuantizedTensor left, double right) => Compare(left, right, static (a, b) => a < b);

    /// <summary>Where the left real is smaller or equal (PyTorch <c>le</c>).</summary>
    /// <exception cref="QuantizationException">The shapes do not stretch to each other.</exception>
    public static Tensor Le(this QuantizedTensor left, QuantizedTensor right) => Compare(left, right, static (a, b) => a <= b);

    /// <summary>Where the real is at most a number, which is rounded to float32 first (PyTorch <c>le</c>).</summary>
    public static Tensor Le(this QuantizedTensor left, double right) => Compare(left, right, static (a, b) => a <= b);

    /// <summary>Where the left real is larger (PyTorch <c>gt</c>).</summary>
    /// <exception cref="QuantizationException">The shapes do not stretch to each other.</exception>
    public static Tensor Gt(this QuantizedTensor left, QuantizedTensor right) => Compare(left, right, static (a, b) => a > b);

    /// <summary>Where the real is larger than a number, which is rounded to float32 first (PyTorch <c>gt</c>).</summary>
    public static Tensor Gt(this QuantizedTensor left, double right) => Compare(left, right, static (a, b) => a > b);

    /// <summary>Where the left real is larger or equal (PyTorch <c>ge</c>).</summary>
    /// <exception cref="QuantizationException">The shapes do not stretch to each other.</exception>
    public static Tensor Ge(this QuantizedTensor left, QuantizedTensor right) => Compare(left, right, static (a, b) => a >= b);

    /// <summary>Where the real is at least a number, which is rounded to float32 first (PyTorch <c>ge</c>).</summary>
    public static Tensor Ge(this QuantizedTensor left, double right) => Compare(left, right, static (a, b) => a >= b);

    /// <summary>Whether scheme, type, parameters, shape and all codes are the same (PyTorch <c>equal</c>). Equal reals are not enough.</summary>
    public static bool Equal(this QuantizedTensor left, QuantizedTensor right) =>
        left.Shape == right.Shape && left.Quantizer.Equals(right.Quantizer) && left.Codes().Bytes.SequenceEqual(right.Codes().Bytes);

    private static Tensor Compare(QuantizedTensor left, QuantizedTensor right, Func<float, float, bool> holds)
    {
        Shape shape = Shape.Broadcast(left.Shape, right.Shape);
        Tensor a = left.Dequantize(), b = right.Dequantize();
        StridedWalk rights = Broadcasting.Stretch(StridedLayout.Contiguous(right.Shape), shape).GetEnumerator();
        var answers = new bool[shape.Length];
        int i = 0;
        foreach (int at in Broadcasting.Stretch(StridedLayout.Contiguous(left.Shape), shape))
        {
            rights.MoveNext();
            answers[i++] = holds(a.AsSpan<float>()[at], b.AsSpan<float>()[rights.Current]);
        }
        return Tensor.Create<bool>(answers, shape);
    }

    private static Tensor Compare(QuantizedTensor left, double right, Func<float, float, bool> holds)
    {
        float number = (float)right;
        return Tensor.Create<bool>(Array.ConvertAll(left.Dequantize().AsSpan<float>().ToArray(), value => holds(value, number)), left.Shape);
    }
}
