using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>The model on one row at a time: run once for each row, when the first of its outputs is read.</summary>
internal sealed class OnnxRun(OnnxModel model, OnnxInput[] inputs, DataViewRow row)
{
    private readonly OnnxFeed[] _feeds = [.. inputs.Select(input => OnnxFeed.Create(input, row))];
    private readonly string[] _inputNames = [.. inputs.Select(input => input.Slot.Name)];
    private readonly List<OnnxResult> _results = [];
    private long _position = -1;

    public Delegate MakeGetter(OrtSlot output)
    {
        OnnxResult result = _results.Find(known => known.Slot.Name == output.Name);
        if (result is null)
        {
            _results.Add(result = OnnxResult.Create(output));
            // What has been computed for this row lacks the new output.
            _position = -1;
        }
        return result.MakeGetter(Update, isVector: output.Sizes.Length > 0);
    }

    private void Update()
    {
        if (_position >= 0 && _position == row.Position) { return; }
        nint[] tensors = new nint[_feeds.Length];
        nint[] outputs = [];
        try
        {
            for (int i = 0; i < tensors.Length; i++) { tensors[i] = _feeds[i].Next(); }
            outputs = model.Session.Run(_inputNames, tensors, _results.Select(result => result.Slot.Name));
            for (int i = 0; i < outputs.Length; i++) { _results[i].Take(outputs[i]); }
        }
        finally
        {
            foreach (nint tensor in tensors.Concat(outputs)) { OrtTensors.Free(tensor); }
        }
        _position = row.Position;
    }
}
