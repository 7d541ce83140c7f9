using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Quantization.Testing;

namespace Microsoft.ML.Quantization.Examples.Tests;

/// <summary>
/// The notebooks run from top to bottom, and the outputs stored in them are those that they give today. <c>MLQ_UPDATE_NOTEBOOKS=1</c>
/// stores new ones.
/// </summary>
[TestClass]
public sealed class NotebookSpec
{
    private static readonly bool s_updates = Environment.GetEnvironmentVariable("MLQ_UPDATE_NOTEBOOKS") == "1";

    public static IEnumerable<object[]> Notebooks => Directory.EnumerateFiles(RepositoryFolder.At("examples", "notebooks"), "*.ipynb").Order(StringComparer.Ordinal).Select(path => new object[] { Path.GetFileName(path) });

    [TestMethod]
    [DynamicData(nameof(Notebooks))]
    public async Task Cells_run_in_order_and_stored_outputs_are_fresh(string name)
    {
        string path = RepositoryFolder.At("examples", "notebooks", name);
        Notebook notebook = Notebook.Load(path);
        var host = new NotebookHost();
        string before = Environment.CurrentDirectory;
        // Numbers are stored as the invariant culture writes them; the culture flows into the cells.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            // A notebook runs in its own folder.
            Environment.CurrentDirectory = Path.GetDirectoryName(path)!;
            int number = 0;
            foreach (JsonObject cell in notebook.CodeCells)
            {
                number++;
                CellOutput[] outputs = await host.RunAsync(Notebook.Source(cell));
                if (s_updates) { Notebook.Store(cell, number, outputs); }
                else
                {
                    CollectionAssert.AreEqual(Notebook.StoredOutputs(cell), outputs, $"cell {number} of {name} gives\n{string.Join('\n', outputs.Select(output => output.Text))}\nrun with MLQ_UPDATE_NOTEBOOKS=1 to store it");
                    Assert.AreEqual(number, (int?)cell["execution_count"], $"{name} was not run from top to bottom");
                }
            }
            Assert.IsGreaterThan(3, number);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
        if (s_updates)
        {
            notebook.Save(path);
            Assert.Inconclusive("The outputs were stored anew; look at them, then run without MLQ_UPDATE_NOTEBOOKS.");
        }
    }
}
