namespace Microsoft.ML;

/// <summary>What a model file says of its own format, and who can read it.</summary>
public readonly struct VersionInfo
{
    public VersionInfo(
        string modelSignature, uint verWrittenCur, uint verReadableCur, uint verWeCanReadBack, string loaderAssemblyName,
        string? loaderSignature = null, string? loaderSignatureAlt = null)
    {
    }
}

/// <summary>A model being written.</summary>
public sealed class ModelSaveContext
{
    private ModelSaveContext()
    {
    }

    public void CheckAtModel()
    {
    }

    public void SetVersionInfo(VersionInfo ver)
    {
    }

    public void SaveBinaryStream(string name, Action<BinaryWriter> action)
    {
    }
}

/// <summary>A model being read.</summary>
public sealed class ModelLoadContext
{
    private ModelLoadContext()
    {
    }

    public void CheckAtModel(VersionInfo ver)
    {
    }

    public bool TryLoadBinaryStream(string name, Action<BinaryReader> action) => throw new NotSupportedException();
}
