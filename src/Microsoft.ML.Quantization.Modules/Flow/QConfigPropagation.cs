using System.Text.RegularExpressions;
using Microsoft.ML.Quantization.Graphs;

namespace Microsoft.ML.Quantization.Modules;

/// <summary>
/// Gives every module its configuration: its own when set, else the rule of its name, of a pattern, of its type, or what encloses it has. PyTorch's <c>propagate_qconfig_</c> and <c>_propagate_qconfig_helper</c>.
/// </summary>
internal static class QConfigPropagation
{
    public static void Run(Module root, QConfigMapping mapping, PrepareCustomConfig custom)
    {
        if (!mapping.Orders.IsEmpty) { throw new QuantizationException("The configuration has rules by operator and index, which count operators in order of execution; expected rules by name or type, because a tree of modules has no such order. Use them on the graph (ToGraph)."); }
        if (!custom.InputQuantizedIndexes.IsEmpty || !custom.OutputQuantizedIndexes.IsEmpty) { throw new QuantizationException($"The custom configuration names inputs or outputs that are codes; expected none for a tree of modules, whose {nameof(QuantStub)} and {nameof(DeQuantStub)} say so."); }
        Visit(root, "", mapping.Global, mapping, custom);
    }

    private static void Visit(Module module, string path, QConfig? inherited, QConfigMapping mapping, PrepareCustomConfig custom)
    {
        if (!module.HasQConfig) { module.QConfig = Find(module, path, inherited, mapping); }
        if (module.QConfig is { } config) { DefaultQConfigs.CheckValid(config, module.TypeName); }
        foreach ((string name, Module child) in module.Children)
        {
            string childPath = path.Length == 0 ? name : $"{path}.{name}";
            // What is not looked into keeps its children as they are; what stands alone has rules of its own.
            if (custom.NonTraceableModuleNames.Contains(childPath) || custom.NonTraceableModuleClasses.Contains(child.TypeName)) { continue; }
            if (custom.StandaloneModuleNames.TryGetValue(childPath, out StandaloneModule? alone) || custom.StandaloneModuleClasses.TryGetValue(child.TypeName, out alone))
            {
                Visit(child, "", alone.QConfigs is null ? module.QConfig : alone.QConfigs.Global, alone.QConfigs ?? mapping, alone.Custom ?? custom);
                continue;
            }
            Visit(child, childPath, module.QConfig, mapping, custom);
        }
    }

    private static QConfig? Find(Module module, string path, QConfig? inherited, QConfigMapping mapping)
    {
        foreach ((string name, QConfig? config) in mapping.ModuleNames)
        {
            if (name == path) { return config; }
        }
        foreach ((string pattern, QConfig? config) in mapping.ModuleNamePatterns)
        {
            if (path.Length > 0 && Regex.IsMatch(path, $@"\A(?:{pattern})", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))) { return config; }
        }
        foreach ((string type, QConfig? config) in mapping.ObjectTypes)
        {
            if (type == module.TypeName) { return config; }
        }
        return inherited;
    }
}
