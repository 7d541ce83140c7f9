namespace Microsoft.ML.Quantization.Testing;

/// <summary>Checks of messages: each says what was found, what was expected and what to do.</summary>
public static class Refusal
{
    /// <summary>Fails unless <paramref name="action"/> throws a <see cref="QuantizationException"/> whose message holds all <paramref name="parts"/>.</summary>
    public static void Of(Action action, params ReadOnlySpan<string> parts)
    {
        QuantizationException refusal = Assert.Throws<QuantizationException>(action);
        foreach (string part in parts) { StringAssert.Contains(refusal.Message, part); }
    }
}
