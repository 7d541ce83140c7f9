using System.Runtime.InteropServices;

namespace Microsoft.ML.Transforms.Onnx;

/// <summary>A model loaded into ONNX Runtime. Any number of threads may run it.</summary>
internal sealed class OrtSession : SafeHandle
{
    private readonly Dictionary<string, nint> _names = [];

    public OrtSession(Func<nint> create) : base(0, ownsHandle: true)
    {
        SetHandle(create());
        Inputs = OrtApi.Describe(handle, inputs: true);
        Outputs = OrtApi.Describe(handle, inputs: false);
        foreach (OrtSlot slot in Inputs.Concat(Outputs)) { _names.TryAdd(slot.Name, Marshal.StringToCoTaskMemUTF8(slot.Name)); }
    }

    public override bool IsInvalid => handle == 0;

    public OrtSlot[] Inputs { get; }

    public OrtSlot[] Outputs { get; }

    /// <summary>Runs the model; what comes out is the caller's to release.</summary>
    public nint[] Run(IEnumerable<string> inputNames, nint[] inputs, IEnumerable<string> outputNames)
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            return OrtTensors.Run(handle, [.. inputNames.Select(name => _names[name])], inputs, [.. outputNames.Select(name => _names[name])]);
        }
        finally
        {
            if (held) { DangerousRelease(); }
        }
    }

    protected override bool ReleaseHandle()
    {
        OrtApi.FreeSession(handle);
        foreach (nint name in _names.Values) { Marshal.FreeCoTaskMem(name); }
        return true;
    }
}
