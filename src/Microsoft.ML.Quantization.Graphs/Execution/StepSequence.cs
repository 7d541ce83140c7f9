using System.Runtime.InteropServices;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Graphs;

/// <summary>The steps of a plan over one set of buffers. One thread at a time.</summary>
internal sealed class StepSequence
{
    private readonly (Step Step, StepCall Call, PlanCall Source)[] _steps;
    private readonly (StepCall Call, int Input, int Output)[][] _edges; // by edge of the map: where it is read or written

    /// <param name="plan">The plan.</param>
    /// <param name="map">Its buffers for some shapes.</param>
    /// <param name="buffers">Memory for them.</param>
    /// <param name="workers">Threads that steps share, or null.</param>
    public StepSequence(ExecutionPlan plan, BufferMap map, Dictionary<string, Memory<byte>> buffers, WorkerPool? workers)
    {
        _steps = [.. plan.Calls.Where(call => !map.IsAlias(call)).Select(call => Prepare(plan, call, map, buffers, workers))];
        int scratch = _steps.Length == 0 ? 0 : _steps.Max(step => step.Step.ScratchBytes(step.Call));
        byte[] scratchMemory = GC.AllocateUninitializedArray<byte>(scratch, pinned: true);
        foreach ((_, StepCall call, _) in _steps) { call.ScratchMemory = scratchMemory; }
        _edges = [.. map.Edges.Select(edge => _steps.SelectMany(step => Places(step.Call, step.Source, map, edge)).ToArray())];
    }

    /// <summary>What runs, in order.</summary>
    public IReadOnlyList<(Step Step, StepCall Call, PlanCall Source)> Steps => _steps;

    /// <summary>Puts other memory under an edge of the map.</summary>
    public void Bind(int edge, Memory<byte> memory)
    {
        foreach ((StepCall call, int input, int output) in _edges[edge])
        {
            if (input >= 0) { call.SetInput(input, memory); }
            else { call.SetOutput(output, memory); }
        }
    }

    /// <summary>Runs the steps.</summary>
    public void Run()
    {
        foreach ((Step step, StepCall call, _) in _steps) { step.Run(call); }
    }

    /// <summary>Runs the steps and shows float values, each right after it was computed.</summary>
    public void Run(IActivationTap tap)
    {
        foreach ((Step step, StepCall call, PlanCall source) in _steps)
        {
            step.Run(call);
            for (int i = 0; i < source.Outputs.Length && source.Step is not LayoutStep; i++)
            {
                string value = BufferMap.ValueOf(source.Outputs[i]);
                if (value.Length > 0 && call.Outputs[i].Type == ElementType.Float32 && tap.Wants(value)) { Show(tap, value, MemoryMarshal.AsBytes(call.Output<byte>(i)), call.OutputShape(i), call.Layout); }
            }
        }
    }

    /// <summary>Shows floats in row-major order, whatever their layout.</summary>
    public static void Show(IActivationTap tap, string value, ReadOnlySpan<byte> bytes, Shape shape, BufferLayout layout)
    {
        if (layout == BufferLayout.ChannelsLast && !LayoutStep.IsTrivial(shape))
        {
            byte[] ordered = new byte[bytes.Length];
            LayoutStep.Reorder(bytes, ordered, shape[0], shape[1], shape.Length / (shape[0] * shape[1]), sizeof(float), toChannelsLast: false);
            bytes = ordered;
        }
        tap.Observe(value, MemoryMarshal.Cast<byte, float>(bytes), shape);
    }

    private static (Step, StepCall, PlanCall) Prepare(ExecutionPlan plan, PlanCall source, BufferMap map, Dictionary<string, Memory<byte>> buffers, WorkerPool? workers)
    {
        var call = new StepCall(source.Node, plan.Engine,
            [.. source.Inputs.Select(input => input.Length == 0 ? ((ElementType, Shape)?)null : map.Describe(input))],
            [.. source.Outputs.Select(output => output.Length == 0 ? (ElementType.UInt8, new Shape(0)) : map.Describe(output))], source.Layout)
        {
            Workers = workers,
        };
        for (int i = 0; i < source.Inputs.Length; i++)
        {
            if (source.Inputs[i].Length > 0) { call.SetInput(i, plan.Constants.TryGetValue(source.Inputs[i], out Memory<byte> constant) ? constant : buffers[source.Inputs[i]]); }
        }
        for (int i = 0; i < source.Outputs.Length; i++)
        {
            if (source.Outputs[i].Length > 0) { call.SetOutput(i, buffers[source.Outputs[i]]); }
        }
        call.State = source.Step.Prepare(call);
        return (source.Step, call, source);
    }

    private static IEnumerable<(StepCall, int, int)> Places(StepCall call, PlanCall source, BufferMap map, string edge)
    {
        for (int i = 0; i < source.Inputs.Length; i++)
        {
            if (source.Inputs[i].Length > 0 && map.Root(source.Inputs[i]) == edge) { yield return (call, i, -1); }
        }
        for (int i = 0; i < source.Outputs.Length; i++)
        {
            if (source.Outputs[i].Length > 0 && map.Root(source.Outputs[i]) == edge) { yield return (call, -1, i); }
        }
    }
}
