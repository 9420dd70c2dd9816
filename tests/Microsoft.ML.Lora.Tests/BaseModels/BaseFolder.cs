namespace Microsoft.ML.Lora.Tests.BaseModels;

/// <summary>Makes folders that look like base models; the weights are sound safetensors files of one small tensor.</summary>
internal static class BaseFolder
{
    public const string Config = """{"model_type": "roberta", "hidden_size": 16, "num_hidden_layers": 2, "vocab_size": 40, "architectures": ["RobertaModel"]}""";
    public const string Commit = "e2da8e2f811d1448a5b465c236feacd80ffbac7b";

    /// <summary>Writes a base; bases of the same content letter are equal byte for byte.</summary>
    public static string Write(TemporaryFolder folder, string path, char content = 'a')
    {
        folder.Write(Path.Combine(path, "config.json"), Config);
        folder.Write(Path.Combine(path, "model.safetensors"), Formats.SafetensorsBytes.Of("""{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", (byte)content));
        folder.Write(Path.Combine(path, "vocab.json"), "{}");
        folder.Write(Path.Combine(path, "merges.txt"), "#version: 0.2\n");
        return folder[path];
    }

    /// <summary>Settings for a cache without a hub.</summary>
    public static HubSettings Offline(string cache) => new() { Endpoint = new("http://127.0.0.1:1/"), Cache = new(cache), Offline = true };

    /// <summary>Writes a base into a folder that is laid out as the Hugging Face cache.</summary>
    public static string WriteCached(TemporaryFolder folder, string cache, string id, string commit = Commit, char content = 'a', string? reference = "main")
    {
        var model = Path.Combine(cache, $"models--{id.Replace("/", "--", StringComparison.Ordinal)}");
        if (reference != null) folder.Write(Path.Combine(model, "refs", reference), commit);
        return Write(folder, Path.Combine(model, "snapshots", commit), content);
    }
}
