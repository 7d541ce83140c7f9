using System.Reflection;
using System.Text;

namespace Microsoft.ML.Quantization.Repository.Tests;

/// <summary>Prints the public surface of an assembly, one member a line, sorted, so that a change of it shows in a diff.</summary>
internal static class PublicApiPrinter
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Print(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type));
            string[] bases = [.. Bases(type)];
            if (bases.Length > 0) { text.Append(" : ").AppendJoin(", ", bases); }
            text.Append('\n');
            foreach (string member in Members(type).Distinct().Order(StringComparer.Ordinal)) { text.Append("    ").Append(member).Append('\n'); }
        }
        return text.ToString();
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" :
        type.IsInterface ? "interface" :
        type.IsSubclassOf(typeof(Delegate)) ? "delegate" :
        type.IsValueType ? "struct" :
        type.IsAbstract && type.IsSealed ? "static class" :
        type.IsAbstract ? "abstract class" :
        type.IsSealed ? "sealed class" : "class";

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum || type.IsSubclassOf(typeof(Delegate))) { yield break; }
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object)) { yield return Name(parent); }
        foreach (string name in type.GetInterfaces().Where(contract => contract.IsPublic).Select(Name).Order(StringComparer.Ordinal)) { yield return name; }
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (string name in Enum.GetNames(type)) { yield return $"{name} = {Convert.ToInt64(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture)}"; }
            yield break;
        }
        foreach (ConstructorInfo constructor in type.GetConstructors(Declared).Where(IsVisible)) { yield return $"{Access(constructor)}new({Parameters(constructor)})"; }
        foreach (FieldInfo field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly))
        {
            yield return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}";
        }
        foreach (EventInfo signal in type.GetEvents(Declared).Where(signal => IsVisible(signal.AddMethod!))) { yield return $"event {Name(signal.EventHandlerType!)} {signal.Name}"; }
        foreach (PropertyInfo property in type.GetProperties(Declared))
        {
            MethodInfo[] accessors = [.. new[] { property.GetMethod, property.SetMethod }.Where(accessor => accessor is not null && IsVisible(accessor)).Select(accessor => accessor!)];
            if (accessors.Length == 0) { continue; }
            string verbs = string.Join(" ", accessors.Select(accessor => accessor == property.GetMethod ? "get;" : IsInit(accessor) ? "init;" : "set;"));
            string index = string.Join(", ", property.GetIndexParameters().Select(parameter => Name(parameter.ParameterType)));
            yield return $"{Access(accessors[0])}{Name(property.PropertyType)} {property.Name}{(index.Length > 0 ? $"[{index}]" : "")} {{ {verbs} }}";
        }
        foreach (MethodInfo method in type.GetMethods(Declared).Where(method => IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) && !method.Name.Contains('<', StringComparison.Ordinal)))
        {
            string generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
            yield return $"{Access(method)}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
        }
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit");

    private static string Access(MethodBase method) => (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : "")}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")}"));

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => "null",
        string text => $"\"{text}\"",
        var value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    private static string Name(Type type)
    {
        if (type.IsByRef) { return "ref " + Name(type.GetElementType()!); }
        if (type.IsArray) { return Name(type.GetElementType()!) + "[]"; }
        if (type.IsGenericParameter) { return type.Name; }
        string name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : $"{(type.Namespace is "System" ? "" : type.Namespace + ".")}{type.Name}";
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
