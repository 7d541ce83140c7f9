using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>A window over exactly three axes: axes of size 1 stand in front of those a 1-d or 2-d window lacks. One loop nest then serves all.</summary>
internal sealed class Window3
{
    /// <summary>What plain loops do in a few seconds; 7 × 7 taps over 4,600 × 4,600 pixels.</summary>
    private const long MostVisits = 1 << 30;

    private readonly int[] _kernel = [1, 1, 1];
    private readonly int[] _strides = [1, 1, 1];
    private readonly int[] _dilations = [1, 1, 1];
    private readonly int[] _begin = [0, 0, 0];
    private readonly int[] _end = [0, 0, 0];
    private readonly int[] _input = [1, 1, 1];
    private readonly int[] _output = [1, 1, 1];

    /// <summary>Lifts a window of at most three axes.</summary>
    public Window3(ConvolutionWindow window, ReadOnlySpan<int> input, ReadOnlySpan<int> output)
    {
        int missing = 3 - window.Rank;
        for (int axis = 0; axis < window.Rank; axis++)
        {
            _kernel[axis + missing] = window.Kernel[axis];
            _strides[axis + missing] = window.Strides[axis];
            _dilations[axis + missing] = window.Dilations[axis];
            _begin[axis + missing] = window.PadsBegin[axis];
            _end[axis + missing] = window.PadsEnd[axis];
            _input[axis + missing] = input[axis];
            _output[axis + missing] = output[axis];
        }
        if ((long)OutputLength * window.Taps > MostVisits)
        {
            throw new QuantizationException($"A window of {window.Taps:N0} taps over {OutputLength:N0} output elements takes {(long)OutputLength * window.Taps:N0} visits of each channel; expected at most {MostVisits:N0}. Check kernel sizes and pads.");
        }
    }

    /// <summary>Window sizes.</summary>
    public ReadOnlySpan<int> Kernel => _kernel;

    /// <summary>Input sizes.</summary>
    public ReadOnlySpan<int> Input => _input;

    /// <summary>Output sizes.</summary>
    public ReadOnlySpan<int> Output => _output;

    /// <summary>Elements of one input channel.</summary>
    public int InputLength => _input[0] * _input[1] * _input[2];

    /// <summary>Elements of one output channel.</summary>
    public int OutputLength => _output[0] * _output[1] * _output[2];

    /// <summary>Taps of one window.</summary>
    public int Taps => _kernel[0] * _kernel[1] * _kernel[2];

    /// <summary>The input position under a tap, or −1 outside the image.</summary>
    public int Gather(int axis, int output, int tap)
    {
        int position = output * _strides[axis] - _begin[axis] + tap * _dilations[axis];
        return (uint)position < (uint)_input[axis] ? position : -1;
    }

    /// <summary>The input position that a transposed window scatters through this tap to this output, or −1 when there is none.</summary>
    public int Scatter(int axis, int output, int tap)
    {
        int position = output + _begin[axis] - tap * _dilations[axis];
        return position >= 0 && position % _strides[axis] == 0 && position / _strides[axis] < _input[axis] ? position / _strides[axis] : -1;
    }

    /// <summary>Whether a tap lies on the image or on its padding, rather than behind both (ceil_mode).</summary>
    public bool OnPaddedImage(int axis, int output, int tap) =>
        output * _strides[axis] + tap * _dilations[axis] < _begin[axis] + _input[axis] + _end[axis];
}
