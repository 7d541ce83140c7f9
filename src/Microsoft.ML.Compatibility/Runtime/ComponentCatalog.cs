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

    /// <summary>The class that carries the attribute with the contract's name, in a registered assembly or the one that saved the model.</summary>
    internal object CreateExtension(Type attribute, string contract, string savedBy)
    {
        IEnumerable<Assembly> assemblies = Registered().Concat(AppDomain.CurrentDomain.GetAssemblies().Where(assembly => assembly.FullName == savedBy));
        Type found = assemblies.SelectMany(assembly => assembly.GetTypes())
            .FirstOrDefault(type => type.GetCustomAttributes(attribute).OfType<ExtensionBaseAttribute>().Any(extension => extension.ContractName == contract));
        return found is not null ? Activator.CreateInstance(found) : throw new InvalidOperationException(
            $"Unable to locate an extension for the contract '{contract}'. Ensure you have called {nameof(ComponentCatalog)}.{nameof(RegisterAssembly)} " +
            $"with the Assembly that contains a class decorated with a '{attribute.FullName}'.");
    }

    private Assembly[] Registered()
    {
        lock (_assemblies) { return [.. _assemblies]; }
    }
}
