using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace Microsoft.ML.Quantization.Examples.Tests;

/// <summary>Runs C# cells one after the other as a notebook does: names live on, the last expression and what is displayed become outputs.</summary>
internal sealed class NotebookHost
{
    private static readonly string[] s_usings = ["System", "System.IO", "System.Linq", "System.Collections.Generic", "System.Text", "System.Threading.Tasks"];

    private readonly NotebookGlobals _globals = new();
    private ScriptState<object>? _state;

    /// <summary>Runs a cell and returns its outputs.</summary>
    public async Task<CellOutput[]> RunAsync(string source)
    {
        // Packages and projects are referenced already.
        string code = string.Join('\n', source.Split('\n').Where(line => !line.StartsWith("#r ", StringComparison.Ordinal)));
        _globals.Outputs.Clear();
        _state = _state is null
            ? await CSharpScript.RunAsync(code, Options(), _globals, typeof(NotebookGlobals))
            : await _state.ContinueWithAsync(code);
        _globals.Flush();
        return [.. _globals.Outputs];
    }

    private static ScriptOptions Options() => ScriptOptions.Default
        .WithImports(s_usings)
        .WithReferences(((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => Microsoft.CodeAnalysis.MetadataReference.CreateFromFile(path)))
        .WithLanguageVersion(Microsoft.CodeAnalysis.CSharp.LanguageVersion.Preview);
}
