namespace Microsoft.ML.Quantization.Graphs.Operators;

/// <summary>What is added to the scores of one attention: the mask, and −∞ for keys that lie ahead, outside of the window, or in the padding.</summary>
internal sealed class AttentionBias
{
    private readonly AttentionShape _shape;
    private readonly int[] _strides = [];
    private readonly int _width;
    private readonly bool _isCausal;
    private readonly long _left;
    private readonly long _right;
    private readonly bool[] _isMasked;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="QuantizationException">The mask does not fit.</exception>
    public AttentionBias(StepCall call, AttentionShape shape)
    {
        (_shape, _isMasked) = (shape, new bool[shape.Queries]);
        _isCausal = call.Attributes.Int("is_causal", 0) != 0;
        (_left, _right) = (call.Attributes.Int("left_window_size", -1), call.Attributes.Int("right_window_size", -1));
        if (!call.HasInput(3)) { return; }
        Shape mask = call.InputShape(3);
        _width = mask[mask.Rank - 1] == 1 ? shape.Total : mask[mask.Rank - 1];
        var full = new Shape(shape.Batch, shape.Heads, shape.Queries, _width);
        bool fits = mask.Rank <= 4 && _width <= shape.Total && Enumerable.Range(1, mask.Rank).All(axis => mask[mask.Rank - axis] == 1 || mask[mask.Rank - axis] == full[4 - axis]);
        if (!fits) { throw new QuantizationException($"{call.Node}: its mask is {mask}; expected a shape that stretches to {new Shape(shape.Batch, shape.Heads, shape.Queries, shape.Total)}."); }
        _strides = Broadcasting.Strides(mask, full);
    }

    /// <summary>Adds it to one head's scores.</summary>
    public void Add(StepCall call, Span<float> scores, int n, int head)
    {
        long valid = call.HasInput(6) ? call.Input<long>(6)[n] : _shape.Total, offset = call.HasInput(6) ? valid - _shape.Queries : _shape.Past;
        for (int row = 0; row < _shape.Queries; row++)
        {
            _isMasked[row] = true;
            for (int key = 0; key < _shape.Total; key++)
            {
                long distance = row + offset - key;
                bool isHidden = key >= valid || (_isCausal && distance < 0) || (_left >= 0 && distance > _left) || (_right >= 0 && -distance > _right);
                float bias = isHidden ? float.NegativeInfinity : Mask(call, n, head, row, key);
                _isMasked[row] &= float.IsNegativeInfinity(bias);
                scores[row * _shape.Total + key] += bias;
            }
        }
    }

    /// <summary>Zeros for rows that may attend to nothing, where softmax has no value.</summary>
    public void ClearMaskedRows(Span<float> scores)
    {
        for (int row = 0; row < _isMasked.Length; row++)
        {
            if (_isMasked[row]) { scores.Slice(row * _shape.Total, _shape.Total).Clear(); }
        }
    }

    private float Mask(StepCall call, int n, int head, int row, int key)
    {
        if (_strides.Length == 0) { return 0f; }
        if (key >= _width) { return float.NegativeInfinity; }
        int at = n * _strides[0] + head * _strides[1] + row * _strides[2] + key * _strides[3];
        return call.InputType(3) == ElementType.Float32 ? call.Input<float>(3)[at] : call.Input<byte>(3)[at] != 0 ? 0f : float.NegativeInfinity;
    }
}
