using System.Text;

namespace Microsoft.ML;

/// <summary>A model being written: one entry of the model zip, with the entries below it.</summary>
public sealed class ModelSaveContext : IDisposable
{
    private readonly List<string> _strings = [];
    private readonly Dictionary<string, int> _stringIds = [];
    private readonly ModelHeader _header = new();
    private readonly Repository.Entry _entry;

    internal readonly RepositoryWriter Repository;
    internal readonly string Directory;
    internal readonly BinaryWriter Writer;

    internal ModelSaveContext(RepositoryWriter rep, string dir, string name)
    {
        Repository = rep;
        Directory = dir;
        _entry = rep.CreateEntry(dir, name);
        Writer = new BinaryWriter(_entry.Stream, Encoding.UTF8, leaveOpen: true);
        ModelHeader.Begin(Writer);
    }

    public void Dispose()
    {
        Writer.Dispose();
        _entry.Dispose();
    }

    internal static void SaveModel<T>(RepositoryWriter rep, T value, string path)
        where T : class
    {
        if (value is not ICanSaveModel model)
            return;
        using var context = new ModelSaveContext(rep, path, ModelLoadContext.ModelStreamName);
        model.Save(context);
        context.Done();
    }

    internal void CheckAtModel() => Check.State(ModelHeader.IsAtModel(Writer.BaseStream), "The model block has already been written to");

    internal void SetVersionInfo(VersionInfo ver) => _header.SetVersion(ver);

    internal void SaveModel<T>(T value, string name)
        where T : class =>
        SaveModel(Repository, value, Below(name));

    internal void SaveSubModel(string dir, Action<ModelSaveContext> fn)
    {
        using var context = new ModelSaveContext(Repository, Below(dir), ModelLoadContext.ModelStreamName);
        fn(context);
        context.Done();
    }

    internal void SaveBinaryStream(string name, Action<BinaryWriter> action)
    {
        using var entry = Repository.CreateEntry(Directory, name);
        using var writer = new BinaryWriter(entry.Stream, Encoding.UTF8, leaveOpen: true);
        action(writer);
    }

    internal void SaveTextStream(string name, Action<TextWriter> action)
    {
        using var entry = Repository.CreateEntry(Directory, name);
        using var writer = new StreamWriter(entry.Stream, new UTF8Encoding(false), leaveOpen: true);
        action(writer);
    }

    internal void SaveString(string str)
    {
        Check.NotNull(str, nameof(str));
        if (!_stringIds.TryGetValue(str, out var id))
        {
            _stringIds.Add(str, id = _strings.Count);
            _strings.Add(str);
        }
        Writer.Write(id);
    }

    internal void SaveStringOrNull(string str)
    {
        if (str == null)
            Writer.Write(-1);
        else
            SaveString(str);
    }

    internal void SaveNonEmptyString(string str)
    {
        Check.Param(!string.IsNullOrEmpty(str), nameof(str));
        SaveString(str);
    }

    internal void Done() => _header.End(Writer, _strings);

    private string Below(string name) => string.IsNullOrEmpty(Directory) ? name : $"{Directory}/{name}";
}
