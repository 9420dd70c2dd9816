namespace Microsoft.ML;

/// <summary>The signature of classes that read models.</summary>
public delegate void SignatureLoadModel(ModelLoadContext ctx);

/// <summary>Tells ML.NET which class of an assembly reads a model of a given loader signature.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class LoadableClassAttribute : Attribute
{
    public LoadableClassAttribute(Type instType, Type? argType, Type sigType, string userName, params string[] loadNames)
    {
    }
}
