namespace Microsoft.ML.Quantization.Graphs;

/// <summary>One call of an execution plan, with its constants packed for one engine. Immutable and safe to share between threads.</summary>
public abstract class Step
{
    /// <summary>The layout its run-time inputs and outputs have.</summary>
    public virtual BufferLayout Layout => BufferLayout.RowMajor;

    /// <summary>Whether input <paramref name="index"/> is read at run time; the others were packed.</summary>
    public virtual bool Reads(int index) => true;

    /// <summary>Whether output 0 may lie where input <paramref name="input"/> does, when both take the same room and no other input lies there.</summary>
    public virtual bool MayOverwrite(int input) => false;

    /// <summary>Tables for the shapes of <paramref name="call"/>, kept in <see cref="StepCall.State"/>. Called once for each context.</summary>
    public virtual object? Prepare(StepCall call) => null;

    /// <summary>Bytes of scratch memory wanted for the shapes of <paramref name="call"/>.</summary>
    public virtual int ScratchBytes(StepCall call) => 0;

    /// <summary>Computes the outputs. Does not allocate.</summary>
    public abstract void Run(StepCall call);
}
