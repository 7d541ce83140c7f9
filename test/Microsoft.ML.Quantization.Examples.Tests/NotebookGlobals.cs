using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Quantization.Examples.Tests;

/// <summary>What cells find around them in .NET's notebooks, as far as ours use it.</summary>
public sealed class NotebookGlobals
{
    private readonly StringWriter _text = new() { NewLine = "\n" };

    /// <summary>The console of the cells.</summary>
    public TextWriter Console
    {
        get => _text;
    }

    internal List<CellOutput> Outputs { get; } = [];

    /// <summary>A piece of HTML, to be displayed.</summary>
    [SuppressMessage("Naming", "CA1822:Mark members as static", Justification = "Cells call it without a type.")]
    public HtmlText HTML(string content) => new(content);

    /// <summary>Displays an object: HTML as it is, anything else as its text.</summary>
    [SuppressMessage("Style", "IDE1006:Naming Styles", Justification = "The name it has in notebooks.")]
    public void display(object value)
    {
        Flush();
        Outputs.Add(value is HtmlText html ? new("text/html", html.Content) : new("text/plain", $"{value}"));
    }

    internal void Flush()
    {
        string text = _text.ToString();
        _text.GetStringBuilder().Clear();
        if (text.Length > 0) { Outputs.Add(new("stdout", text)); }
    }
}

/// <summary>HTML to display.</summary>
/// <param name="Content">The markup.</param>
public sealed record HtmlText(string Content);
