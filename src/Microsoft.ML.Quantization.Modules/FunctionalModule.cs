namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Sums, products and joins between modules that have a range of their own when quantized. A module reaches its own by <c>(FunctionalModule)this["ff"]</c>, which is a <see cref="FloatFunctional"/> first and a
/// <see cref="Quantized.QFunctional"/> after conversion.
/// </summary>
public abstract class FunctionalModule : Module
{
    private protected FunctionalModule()
    {
    }

    /// <inheritdoc/>
    protected override bool ObservesOutput => false;

    /// <summary><c>a + b</c>.</summary>
    public abstract Value Add(Value left, Value right);

    /// <summary><c>a + scalar</c>; codes get a map that follows from theirs.</summary>
    public abstract Value AddScalar(Value value, double scalar);

    /// <summary><c>a · b</c>.</summary>
    public abstract Value Mul(Value left, Value right);

    /// <summary><c>a · scalar</c>; codes get a map that follows from theirs.</summary>
    public abstract Value MulScalar(Value value, double scalar);

    /// <summary>Values behind each other along an axis.</summary>
    public abstract Value Cat(IReadOnlyList<Value> values, int axis = 0);

    /// <summary><c>max(a + b, 0)</c>.</summary>
    public abstract Value AddRelu(Value left, Value right);

    /// <inheritdoc/>
    protected override Value Compute(Value value) => throw new QuantizationException($"{TypeName} was run like a layer; expected one of its operations: {nameof(Add)}, {nameof(Mul)}, {nameof(Cat)} and their kin.");
}
