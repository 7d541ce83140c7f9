using System.CommandLine;
using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.Tool.Verbs;

/// <summary><c>mlquant engines</c>: what can run a model here.</summary>
internal static class EnginesVerb
{
    /// <summary>The command.</summary>
    public static Command Create(ToolConsole console)
    {
        Option<bool> json = Verb.Json();
        var verb = new Command("engines", "Lists the engines, fastest first, and which of them this computer runs.") { json };
        verb.Does(console, (arguments, _) =>
        {
            string selected = EngineList.Choose(Environment.GetEnvironmentVariable("MLQ_ENGINE")).Name;
            if (arguments.GetValue(json))
            {
                JsonResult.Write(console.Out, writer =>
                {
                    writer.WriteStartArray("engines");
                    foreach (Engine engine in EngineList.All)
                    {
                        writer.WriteStartObject();
                        writer.WriteString("name", engine.Name);
                        writer.WriteBoolean("supported", engine.IsSupported);
                        writer.WriteBoolean("selected", engine.Name == selected);
                        writer.WriteEndObject();
                    }
                    writer.WriteEndArray();
                });
                return;
            }
            console.WriteTable(["engine", "supported", "selected"],
                EngineList.All.Select(engine => (string[])[engine.Name, engine.IsSupported ? "yes" : "no", engine.Name == selected ? "selected" : ""]));
        });
        return verb;
    }
}
