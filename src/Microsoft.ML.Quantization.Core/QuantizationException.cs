namespace Microsoft.ML.Quantization;

/// <summary>
/// A refusal the caller can act on: an unsupported or corrupt model, data of the wrong shape, a configuration that cannot be met.
/// The message says what was found, what was expected and what to do.
/// </summary>
public class QuantizationException : Exception
{
    /// <summary>Creates the exception with its message.</summary>
    public QuantizationException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with its message and its cause.</summary>
    public QuantizationException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}
