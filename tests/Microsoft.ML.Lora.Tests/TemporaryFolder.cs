namespace Microsoft.ML.Lora.Tests;

/// <summary>An empty folder of a test's own, deleted with all it holds.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Root = Directory.CreateTempSubdirectory("mlnetlora-").FullName;

    public string Root { get; }

    /// <summary>The path of something in it.</summary>
    public string this[params string[] parts] => Path.Combine([Root, .. parts]);

    /// <summary>Writes a file in it, with the folders it needs, and gives its path.</summary>
    public string Write(string name, byte[] content)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <inheritdoc cref="Write(string, byte[])"/>
    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
