using System.CommandLine;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary>What all verbs share: <c>--json</c>, and how refusals and cancellation end.</summary>
internal static class Verb
{
    /// <summary>Every verb's <c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Write the result as one JSON object, and nothing else, to the standard output." };

    /// <summary>The argument of verbs that read a model.</summary>
    public static Argument<string> Model(string description)
    {
        var model = new Argument<string>("MODEL") { Description = description };
        model.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] } token]) { result.AddError($"There is no option '{token.Value}'."); }
        });
        return model;
    }

    /// <summary>
    /// Lets <paramref name="work"/> run off the calling thread, so that Ctrl-C is seen, and turns what it throws into a message and an
    /// exit code.
    /// </summary>
    public static void Does(this Command verb, ToolConsole console, Action<ParseResult, CancellationToken> work) => verb.SetAction((arguments, cancellation) => Task.Run(() =>
    {
        try
        {
            work(arguments, cancellation);
            return Application.Done;
        }
        catch (OperationCanceledException)
        {
            return Refuse("Cancelled; no file was written.");
        }
        catch (QuantizationException refusal)
        {
            return Refuse(refusal.Message);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return Refuse($"A file could not be read or written: {trouble.Message}");
        }
        catch (OutOfMemoryException)
        {
            return Refuse("The computer has too little memory for this model and batch; use a smaller --batch.");
        }
        catch (Exception defect)
        {
            return Refuse($"This is a defect of mlquant, please report it: {defect.GetType().Name}: {defect.Message}");
        }

        int Refuse(string message)
        {
            console.Error.WriteLine(message);
            return Application.Refused;
        }
    }, CancellationToken.None));
}
