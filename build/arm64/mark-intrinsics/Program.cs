using Mono.Cecil;
using Mono.Cecil.Cil;

// mark-intrinsics IN.dll OUT.dll: a copy of a core library of x64 that an arm64 compiler reads as one of arm64. There the classes of Arm
// instructions carry the attribute at which the compiler puts instructions in their place (here they throw), and the classes of x64 instructions
// say that they are not supported (here they ask themselves, which only a compiler for x64 answers).
using ModuleDefinition module = ModuleDefinition.ReadModule(args[0]);
MethodReference attribute = module.GetType("System.Runtime.CompilerServices.IntrinsicAttribute").Methods
    .First(method => method.IsConstructor && !method.IsStatic && method.Parameters.Count == 0);
int marked = 0, refused = 0;
foreach (TypeDefinition type in module.Types.Where(type => type is { IsClass: true, IsAbstract: true }))
{
    if (type.Namespace == "System.Runtime.Intrinsics.Arm") { Mark(type); }
    if (type.Namespace == "System.Runtime.Intrinsics.X86") { Refuse(type); }
}
module.Write(args[1]);
Console.WriteLine($"{marked} classes of Arm instructions marked, {refused} of x64 instructions refused");

void Mark(TypeDefinition type)
{
    if (type.CustomAttributes.All(existing => existing.AttributeType.Name != "IntrinsicAttribute"))
    {
        type.CustomAttributes.Add(new CustomAttribute(attribute));
        marked++;
    }
    foreach (TypeDefinition nested in type.NestedTypes) { Mark(nested); }
}

void Refuse(TypeDefinition type)
{
    if (type.Methods.FirstOrDefault(method => method.Name == "get_IsSupported") is { } supported)
    {
        ILProcessor code = supported.Body.GetILProcessor();
        code.Clear();
        code.Emit(OpCodes.Ldc_I4_0);
        code.Emit(OpCodes.Ret);
        refused++;
    }
    foreach (TypeDefinition nested in type.NestedTypes) { Refuse(nested); }
}
