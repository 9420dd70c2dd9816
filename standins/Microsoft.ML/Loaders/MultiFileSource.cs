namespace Microsoft.ML.Data;

/// <summary>Streams that are read one after the other.</summary>
public interface IMultiStreamSource
{
    int Count { get; }

    string GetPathOrNull(int index);

    Stream Open(int index);

    TextReader OpenTextReader(int index);
}

/// <summary>Files by path; a file name may hold the wildcard *.</summary>
public sealed class MultiFileSource : IMultiStreamSource
{
    private readonly string[] _paths;

    public MultiFileSource(params string[] paths) =>
        _paths = paths == null || paths is [null]
            ? []
            : [.. paths.SelectMany(path => Expand(path) is { Length: > 0 } found ? found : [path])];

    public int Count => _paths.Length;

    public string GetPathOrNull(int index)
    {
        Check.Param(0 <= index && index < Count, nameof(index));
        return _paths[index];
    }

    public Stream Open(int index)
    {
        var path = GetPathOrNull(index);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e)
        {
            throw Fail.Mark(new IOException($"Could not open file '{path}'. Error is: {e.Message}", e));
        }
    }

    public TextReader OpenTextReader(int index) => new StreamReader(Open(index));

    /// <summary>The files that a path stands for: itself, or those its wildcard matches.</summary>
    internal static string[] Expand(string path)
    {
        if (File.Exists(path))
            return [path];
        var directory = Path.GetDirectoryName(path);
        var folder = string.IsNullOrEmpty(directory) ? "." : directory;
        var pattern = Path.GetFileName(path);
        return pattern.Contains('*') && Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal)]
            : [];
    }
}
