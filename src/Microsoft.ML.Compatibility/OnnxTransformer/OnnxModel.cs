using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>A model file in a session, with the sizes that its user knows better than the file.</summary>
internal sealed class OnnxModel : IDisposable
{
    private const string OutputSuffix = ".output";

    private readonly string _path;
    private readonly byte[] _bytes;

    public OnnxModel(string path, byte[] bytes, IReadOnlyDictionary<string, int[]> shapes, int? intraOpThreads = null, int? interOpThreads = null)
    {
        (_path, _bytes, Shapes) = (path, bytes, shapes);
        try
        {
            Session = new(() => path is null ? OrtApi.NewSession(bytes, intraOpThreads, interOpThreads) : OrtApi.NewSession(path, intraOpThreads, interOpThreads));
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidOperationException($"Error initializing model :{error}", error);
        }
        Inputs = [.. Session.Inputs.Select(Reshape)];
        Outputs = [.. Session.Outputs.Select(Reshape)];
    }

    public OrtSession Session { get; }

    public OrtSlot[] Inputs { get; }

    public OrtSlot[] Outputs { get; }

    public IReadOnlyDictionary<string, int[]> Shapes { get; }

    /// <summary>The model as the file has it.</summary>
    public byte[] ToBytes() => _bytes ?? File.ReadAllBytes(_path);

    /// <summary>ML.NET's own exports end output names in .output, and its columns do not.</summary>
    public static string ColumnOf(string output) => output.EndsWith(OutputSuffix, StringComparison.Ordinal) ? output.Replace(OutputSuffix, "", StringComparison.Ordinal) : output;

    public OrtSlot FindInput(string name) => Array.Find(Inputs, slot => slot.Name == name);

    public OrtSlot Input(string name) => FindInput(name) ?? throw new ArgumentOutOfRangeException(nameof(name),
        $"Input tensor, {name}, does not exist in the ONNX model. Available input names are [{string.Join(",", Inputs.Select(slot => slot.Name))}].");

    public OrtSlot Output(string name) => Array.Find(Outputs, slot => slot.Name == name) ?? throw new ArgumentOutOfRangeException(nameof(name),
        $"Ouput tensor, {name}, does not exist in the ONNX model. Available output names are [{string.Join(",", Outputs.Select(slot => slot.Name))}].");

    /// <summary>A vector of known size where only the batch is open: a row is a batch of one.</summary>
    public DataViewType TypeOfOutput(string name)
    {
        OrtSlot slot = Output(name);
        PrimitiveDataViewType item = OrtTypes.ItemOf(slot);
        int[] sizes = BatchOfOne(slot);
        return sizes switch
        {
            [] => item,
            _ when sizes.All(size => size > 0) => new VectorDataViewType(item, sizes),
            _ => new VectorDataViewType(item),
        };
    }

    /// <summary>The sizes of a tensor for one row; 0 is unknown.</summary>
    public static int[] BatchOfOne(OrtSlot slot) => [.. slot.Sizes.Select((size, i) => size > 0 ? size : i == 0 ? 1 : 0)];

    public void Dispose() => Session.Dispose();

    private OrtSlot Reshape(OrtSlot slot)
    {
        if (!Shapes.TryGetValue(slot.Name, out int[] sizes)) { return slot; }
        if (sizes.Length != slot.Sizes.Length || sizes.Zip(slot.Sizes).Any(pair => pair.First != pair.Second && pair.First > 0 && pair.Second > 0))
        {
            throw new ArgumentOutOfRangeException("shapeDictionary", $"The specified shape {string.Join(",", sizes)} is not compatible with the shape " +
                $"{string.Join(",", slot.Sizes)} loaded from the ONNX model file. Only unknown dimension can replace or be replaced by another dimension.");
        }
        return slot with { Sizes = sizes };
    }
}
