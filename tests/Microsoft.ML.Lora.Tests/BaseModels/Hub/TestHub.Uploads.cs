using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <content>Taking files.</content>
internal sealed partial class TestHub
{
    /// <summary>The commits that were made: repository, branch and the lines of each.</summary>
    public ConcurrentQueue<(string Id, string Branch, JsonNode[] Lines)> Commits { get; } = new();

    /// <summary>The repositories that were made, as they were asked for.</summary>
    public ConcurrentQueue<JsonNode> Created { get; } = new();

    /// <summary>What the store took, by SHA-256; parts by SHA-256 and number.</summary>
    public ConcurrentDictionary<string, byte[]> Stored { get; } = new();

    /// <summary>What the completions and the verifications said.</summary>
    public ConcurrentQueue<JsonNode> Completions { get; } = new();

    /// <summary>Files as long as this or longer go to the store.</summary>
    public int LargeFrom { get; set; } = int.MaxValue;

    /// <summary>The length of parts; null for files that go whole.</summary>
    public int? PartLength { get; set; }

    private async Task HandleUploadAsync(HttpContext context, string path)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var answer = path switch
        {
            "api/repos/create" => Create(context, JsonNode.Parse(body)!),
            _ when path.Contains("/preupload/") => Modes(JsonNode.Parse(body)!),
            _ when path.EndsWith(".git/info/lfs/objects/batch", StringComparison.Ordinal) => Batch(JsonNode.Parse(body)!),
            _ when path.StartsWith("lfs-done/", StringComparison.Ordinal) => Complete(JsonNode.Parse(body)!),
            _ when path.Contains("/commit/") => Commit(path, body),
            _ => null,
        };
        if (answer == null) await RefuseAsync(context, 404, "RepoNotFound");
        else await context.Response.WriteAsJsonAsync(answer);
    }

    private JsonObject Create(HttpContext context, JsonNode body)
    {
        var id = $"{body["organization"]}/{body["name"]}";
        if (!Models.TryAdd(id, new TestModel())) context.Response.StatusCode = 409;
        else Created.Enqueue(body);
        return new() { ["url"] = $"{Endpoint}{id}" };
    }

    private JsonObject Modes(JsonNode body) => new()
    {
        ["files"] = new JsonArray([.. body["files"]!.AsArray().Select(file => new JsonObject
        {
            ["path"] = (string)file!["path"]!, ["uploadMode"] = (int)file["size"]! >= LargeFrom ? "lfs" : "regular", ["shouldIgnore"] = false,
        })]),
    };

    private JsonObject Batch(JsonNode body) => new()
    {
        ["transfer"] = PartLength == null ? "basic" : "multipart",
        ["objects"] = new JsonArray([.. body["objects"]!.AsArray().Select(each => Actions((string)each!["oid"]!, (int)each["size"]!))]),
    };

    private JsonObject Actions(string oid, int size)
    {
        var entry = new JsonObject { ["oid"] = oid, ["size"] = size };
        if (Stored.ContainsKey(oid)) return entry;
        var upload = new JsonObject { ["href"] = PartLength == null ? $"{Store}put/{oid}" : $"{Endpoint}lfs-done/{oid}" };
        if (PartLength is { } length)
        {
            var header = new JsonObject { ["chunk_size"] = $"{length}" };
            for (var part = 1; (part - 1) * length < size; part++) header[$"{part}"] = $"{Store}put/{oid}/{part}";
            upload["header"] = header;
        }
        entry["actions"] = new JsonObject { ["upload"] = upload, ["verify"] = new JsonObject { ["href"] = $"{Endpoint}lfs-done/verify" } };
        return entry;
    }

    private JsonObject Complete(JsonNode body)
    {
        Completions.Enqueue(body);
        return [];
    }

    private JsonObject Commit(string path, string body)
    {
        var parts = path["api/models/".Length..].Split("/commit/");
        Commits.Enqueue((parts[0], parts[1], [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)]));
        return new() { ["success"] = true, ["commitOid"] = new string('c', 40), ["commitUrl"] = "https://elsewhere.example/x" };
    }

    private async Task ReceiveAsync(HttpContext context, string path)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content);
        Stored[path["/put/".Length..]] = content.ToArray();
        context.Response.Headers.ETag = $"\"{TestModel.Sha256(content.ToArray())[..8]}\"";
    }
}
