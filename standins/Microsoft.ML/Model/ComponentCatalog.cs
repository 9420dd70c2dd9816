using System.Reflection;

namespace Microsoft.ML.Runtime;

/// <summary>The loadable classes of the assemblies registered so far.</summary>
public sealed class ComponentCatalog
{
    private const BindingFlags AnyVisibility = BindingFlags.Public | BindingFlags.NonPublic;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _assemblies = [];
    private readonly Dictionary<(string Name, Type Signature), Loader> _loaders = [];

    internal ComponentCatalog()
    {
    }

    private delegate object Loader(IHostEnvironment env, object[] arguments);

    /// <summary>Makes the loadable classes of an assembly known; models name the assembly they need, so users rarely call this.</summary>
    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        lock (_lock)
        {
            if (!_assemblies.Add(assembly.FullName))
                return;
            foreach (var attribute in assembly.GetCustomAttributes().OfType<LoadableClassAttributeBase>())
                Register(attribute, throwOnError);
        }
    }

    /// <summary>Runs the loader registered for a name and signature; false if there is none.</summary>
    internal bool TryCreate(IHostEnvironment env, Type signature, string name, object[] arguments, out object result)
    {
        Loader loader;
        lock (_lock)
            _loaders.TryGetValue((Normalized(name), signature), out loader);
        result = loader?.Invoke(env, arguments);
        return loader != null;
    }

    private static string Normalized(string name) => (name ?? "").ToLowerInvariant().Trim();

    private void Register(LoadableClassAttributeBase attribute, bool throwOnError)
    {
        var loader = FindLoader(attribute);
        if (loader == null && throwOnError)
        {
            throw Fail.State(
                $"Can't instantiate loadable class '{attribute.InstanceType.Name}' with name '{attribute.LoadNames[0]}'");
        }
        foreach (var name in attribute.LoadNames)
        {
            var added = _loaders.TryAdd((Normalized(name), attribute.SigTypes[0]), loader);
            Check.State(added || !throwOnError,
                $"ComponentCatalog cannot map name '{name}' and SignatureType '{attribute.SigTypes[0]}' to {attribute.InstanceType.Name}, "
                + "already mapped.");
        }
    }

    /// <summary>
    /// A constructor or a static Create method, with the environment before the arguments or without; the more visible one wins.
    /// </summary>
    private static Loader FindLoader(LoadableClassAttributeBase attribute)
    {
        var plain = attribute.CtorTypes;
        Type[] withEnvironment = [typeof(IHostEnvironment), .. plain];
        var constructor = attribute.InstanceType.IsAssignableFrom(attribute.LoaderType)
            ? Constructor(attribute, plain) ?? Constructor(attribute, withEnvironment)
            : null;
        var create = CreateMethod(attribute, plain) ?? CreateMethod(attribute, withEnvironment);
        if (constructor != null && create != null)
        {
            var (ctorRank, createRank) = (Rank(constructor), Rank(create));
            Check.State(ctorRank != createRank,
                $"Can't load type {attribute.InstanceType}, because it has both create and constructor methods with the same visibility. "
                + "Please indicate which one should be used by changing either the signature or the visibility of one of them.");
            if (ctorRank > createRank)
                create = null;
        }

        if (create != null)
            return Invoker(create, plain.Length, arguments => create.Invoke(null, arguments));
        return constructor == null ? null : Invoker(constructor, plain.Length, constructor.Invoke);
    }

    private static ConstructorInfo Constructor(LoadableClassAttributeBase attribute, Type[] parameters) =>
        attribute.LoaderType.GetConstructor(BindingFlags.Instance | AnyVisibility, null, parameters, null);

    private static MethodInfo CreateMethod(LoadableClassAttributeBase attribute, Type[] parameters)
    {
        var method = attribute.LoaderType.GetMethod("Create", BindingFlags.Static | AnyVisibility, null, parameters, null);
        return method?.DeclaringType == attribute.LoaderType && method.ReturnType == attribute.InstanceType ? method : null;
    }

    private static Loader Invoker(MethodBase method, int plainCount, Func<object[], object> invoke)
    {
        var needsEnvironment = method.GetParameters().Length > plainCount;
        return (env, arguments) =>
        {
            try
            {
                return invoke(needsEnvironment ? [env, .. arguments] : arguments);
            }
            catch (TargetInvocationException e) when (e.InnerException is { } inner && Fail.IsMarked(inner))
            {
                throw Fail.Mark(new InvalidOperationException("Error during class instantiation", e));
            }
        };
    }

    private static int Rank(MethodBase method) => (method.Attributes & MethodAttributes.MemberAccessMask) switch
    {
        MethodAttributes.Public => 5,
        MethodAttributes.Assembly => 4,
        MethodAttributes.FamORAssem => 3,
        MethodAttributes.Family => 2,
        MethodAttributes.Private => 1,
        _ => 0,
    };
}
