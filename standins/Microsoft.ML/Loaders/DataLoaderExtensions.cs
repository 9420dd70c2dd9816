using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Loads files by path.</summary>
public static class DataLoaderExtensions
{
    public static IDataView Load(this IDataLoader<IMultiStreamSource> loader, params string[] path)
    {
        Check.NotNull(loader, nameof(loader));
        return loader.Load(new MultiFileSource(path));
    }
}
