using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace Microsoft.ML;

/// <summary>Something that can be written to a model file.</summary>
public interface ICanSaveModel
{
    void Save(ModelSaveContext ctx);
}

/// <summary>The entries of a model zip.</summary>
internal abstract class Repository
{
    /// <summary>The full name of an entry; names that lead out of the archive are refused.</summary>
    protected static string PathOf(string directory, string name)
    {
        Check.NotWhiteSpace(name, nameof(name));
        Check.Param(directory?.Contains("..") != true, nameof(directory));
        Check.Param(!name.Contains(".."), nameof(name));
        return (string.IsNullOrEmpty(directory) ? name : $"{directory}/{name}").Replace('\\', '/');
    }

    /// <summary>An open entry. Models nest while zip entries cannot, so an entry is kept in memory until it is complete.</summary>
    public sealed class Entry : IDisposable
    {
        private Action<MemoryStream> _close;

        internal Entry(MemoryStream stream, Action<MemoryStream> close)
        {
            Stream = stream;
            _close = close;
        }

        public MemoryStream Stream { get; }

        public void Dispose()
        {
            _close?.Invoke(Stream);
            _close = null;
        }
    }
}

internal sealed class RepositoryWriter : Repository, IDisposable
{
    private readonly ZipArchive _archive;
    private readonly HashSet<string> _paths = [];

    public RepositoryWriter(Stream stream)
    {
        _archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        using var entry = CreateEntry("TrainingInfo", "Version.txt");
        using var writer = new StreamWriter(entry.Stream, new UTF8Encoding(false), leaveOpen: true);
        var version = typeof(RepositoryWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
        writer.WriteLine(version.InformationalVersion);
    }

    public Entry CreateEntry(string directory, string name)
    {
        var path = PathOf(directory, name);
        Check.Param(_paths.Add(path), nameof(name), $"Duplicate entry: '{path}'");
        return new Entry(new MemoryStream(), content =>
        {
            using var target = _archive.CreateEntry(path).Open();
            content.WriteTo(target);
        });
    }

    public void Dispose() => _archive.Dispose();
}

internal sealed class RepositoryReader : Repository, IDisposable
{
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];

    public RepositoryReader(Stream stream)
    {
        try
        {
            _archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in _archive.Entries)
                _entries[entry.FullName.Replace('\\', '/')] = entry;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw Fail.Mark(new FormatException("Failed to open a zip archive", e));
        }
    }

    public Entry OpenEntryOrNull(string directory, string name)
    {
        if (!_entries.TryGetValue(PathOf(directory, name), out var entry))
            return null;
        var content = new MemoryStream();
        using (var source = entry.Open())
            source.CopyTo(content);
        content.Position = 0;
        return new Entry(content, _ => { });
    }

    public void Dispose() => _archive.Dispose();
}
