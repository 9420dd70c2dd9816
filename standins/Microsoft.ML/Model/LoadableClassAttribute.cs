namespace Microsoft.ML;

internal delegate void SignatureLoadModel(ModelLoadContext ctx);

/// <summary>Tells the component catalog which class of an assembly reads a model of a given loader signature.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class LoadableClassAttribute : LoadableClassAttributeBase
{
    public LoadableClassAttribute(Type instType, Type argType, Type sigType, string userName, params string[] loadNames)
        : base(null, instType, instType, argType, [sigType], userName, loadNames)
    {
    }

    public LoadableClassAttribute(Type instType, Type loaderType, Type argType, Type sigType, string userName, params string[] loadNames)
        : base(null, instType, loaderType, argType, [sigType], userName, loadNames)
    {
    }
}

internal abstract class LoadableClassAttributeBase : Attribute
{
    protected LoadableClassAttributeBase(
        string summary, Type instType, Type loaderType, Type argType, Type[] sigTypes, string userName, params string[] loadNames)
    {
        Check.NotNull(instType, nameof(instType));
        Check.NotNull(loaderType, nameof(loaderType));
        Check.NotEmpty(sigTypes, nameof(sigTypes));
        var invoke = typeof(Delegate).IsAssignableFrom(sigTypes[0]) ? sigTypes[0].GetMethod("Invoke") : null;
        Check.Param(invoke?.ReturnType == typeof(void), nameof(sigTypes),
            "LoadableClass signature type must be a delegate type with void return");

        Summary = summary;
        InstanceType = instType;
        LoaderType = loaderType;
        ArgType = argType;
        SigTypes = sigTypes;
        UserName = userName;
        LoadNames = loadNames is { Length: > 0 } ? loadNames : [userName];
        CtorTypes = [.. argType == null ? [] : new[] { argType }, .. invoke.GetParameters().Select(parameter => parameter.ParameterType)];
        if (LoadNames.Any(string.IsNullOrWhiteSpace))
            throw Fail.Empty(nameof(loadNames));
    }

    public Type InstanceType { get; }

    public Type LoaderType { get; }

    public Type ArgType { get; }

    public Type[] SigTypes { get; }

    public Type[] CtorTypes { get; }

    public string Summary { get; }

    public string UserName { get; }

    public string[] LoadNames { get; }
}
