using System.Reflection;

namespace Microsoft.ML.Runtime;

/// <summary>The assemblies in which loading looks for factories of custom mappings.</summary>
public sealed class ComponentCatalog
{
    private readonly List<Assembly> _assemblies = [];

    internal ComponentCatalog()
    {
    }

    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        lock (_assemblies)
        {
            if (!_assemblies.Contains(assembly)) { _assemblies.Add(assembly); }
        }
    }

    internal Assembly[] Assemblies
    {
        get
        {
            lock (_assemblies) { return [.. _assemblies]; }
        }
    }
}
