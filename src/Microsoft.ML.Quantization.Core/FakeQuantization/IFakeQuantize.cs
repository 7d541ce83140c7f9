using Microsoft.ML.Quantization.Numerics;
using Microsoft.ML.Quantization.Observers;

namespace Microsoft.ML.Quantization.FakeQuantization;

/// <summary>
/// Stands in a network under training and does to the values that pass what quantization will do to them. It does not record gradients itself:
/// the caller keeps what <see cref="Forward"/> says about where they pass.
/// </summary>
public interface IFakeQuantize
{
    /// <summary>What it was made from.</summary>
    FakeQuantizeSpec Spec { get; }

    /// <summary>The observer inside it.</summary>
    IObserver Observer { get; }

    /// <summary>Whether batches are observed and change scale and zero point.</summary>
    bool ObserverEnabled { get; set; }

    /// <summary>Whether values are changed; when not, they pass as they are.</summary>
    bool FakeQuantEnabled { get; set; }

    /// <summary>The scale and zero point that <see cref="Forward"/> used last, or would start with.</summary>
    QuantizationParameters Parameters { get; }

    /// <summary>Takes in one batch and fake-quantizes it, as far as each is enabled.</summary>
    /// <param name="values">The elements, row-major in <paramref name="shape"/>.</param>
    /// <param name="shape">Axis sizes.</param>
    /// <param name="results">Receives y; as long as <paramref name="values"/>.</param>
    /// <param name="inside">Receives where the gradient passes, for <see cref="FakeQuantizer.Backward"/>; empty when nobody asks.</param>
    /// <exception cref="QuantizationException">The lengths differ, or the observer refuses a value.</exception>
    void Forward(ReadOnlySpan<float> values, Shape shape, Span<float> results, Span<bool> inside);

    /// <summary>The parameters for conversion.</summary>
    QuantizationParameters CalculateQParams();

    /// <summary>
    /// All that is needed to resume, with PyTorch's keys: <c>fake_quant_enabled</c>, <c>observer_enabled</c>, <c>scale</c>, <c>zero_point</c>, and
    /// those of the observer after <c>activation_post_process.</c>
    /// </summary>
    ObserverState Save();

    /// <summary>Replaces everything by a saved state; scales and zero points may be more or fewer than before.</summary>
    /// <exception cref="QuantizationException">The state is of another fake-quantizer, another version or damaged.</exception>
    void Load(ObserverState state);
}
