using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <summary>What a server was asked.</summary>
internal sealed record SeenRequest(string Method, string Path, string Authority, bool AtStore, string? Authorization, string? Range, string? UserAgent);

/// <summary>
/// A small hub on loopback: the parts of Hugging Face's protocol that the library uses, on one port, and a store of large files on another.
/// Tests put faults in its way.
/// </summary>
internal sealed partial class TestHub : IDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<SeenRequest> _requests = new();
    private int _connections;

    public TestHub()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            for (var i = 0; i < 2; i++)
                kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Use(next => connection =>
                {
                    Interlocked.Increment(ref _connections);
                    return next(connection);
                }));
        });
        _server = builder.Build();
        _server.Run(HandleAsync);
        _server.Start();
        var addresses = _server.Urls.Select(url => new Uri(url)).ToArray();
        (Endpoint, Store) = (new(addresses[0], Prefix), addresses[1]);
        Models[TestModel.Id] = TestModel.Roberta();
    }

    /// <summary>What HF_ENDPOINT is to be.</summary>
    public Uri Endpoint { get; private set; }

    /// <summary>The store's address: another origin than the hub's.</summary>
    public Uri Store { get; }

    /// <summary>A path that all of the hub's addresses begin with.</summary>
    public string Prefix { get; private set; } = "/";

    public ConcurrentDictionary<string, TestModel> Models { get; } = new();

    /// <summary>Everything that was asked, in order.</summary>
    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    /// <summary>How many connections were opened.</summary>
    public int Connections => _connections;

    /// <summary>Comes before everything else; true where it has answered.</summary>
    public Func<HttpContext, Task<bool>>? Fault { get; set; }

    /// <summary>Sends a file's bytes from an offset to the end; tests replace it to cut, falsify or delay.</summary>
    public Func<HttpContext, ReadOnlyMemory<byte>, Task> Send { get; set; } = static async (context, content) => await context.Response.Body.WriteAsync(content);

    /// <summary>Puts the hub below a path, as mirrors do.</summary>
    public void MoveTo(string prefix) => (Prefix, Endpoint) = (prefix, new(Endpoint, prefix));

    /// <summary>Settings that lead here, with short waits.</summary>
    public HubSettings Settings(string cache, string? token = null) => new()
    {
        Endpoint = Endpoint,
        Cache = new(cache),
        Token = token == null ? null : new(token),
        Silence = TimeSpan.FromSeconds(20),
        FirstDelay = TimeSpan.FromMilliseconds(5),
    };

    /// <summary>The requests for the contents of files, by the name or the SHA-256 that their paths end in.</summary>
    public IReadOnlyList<SeenRequest> Fetches(string ending) => [.. Requests.Where(r => r.Method == "GET" && r.Path.EndsWith(ending, StringComparison.Ordinal))];

    public void Dispose() => ((IDisposable)_server).Dispose();

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var atStore = request.Host.Value == Store.Authority;
        _requests.Enqueue(new(request.Method, request.Path.Value!, request.Host.Value!, atStore, Header("Authorization"), Header("Range"), Header("User-Agent")));
        if (Fault != null && await Fault(context)) return;
        var path = request.Path.Value!;
        if (atStore) await HandleStoreAsync(context, path);
        else if (!path.StartsWith(Prefix, StringComparison.Ordinal)) context.Response.StatusCode = 404;
        else await HandleHubAsync(context, path[Prefix.Length..]);

        string? Header(string name) => request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;
    }

    private async Task HandleHubAsync(HttpContext context, string path)
    {
        if (context.Request.Method == "POST") await HandleUploadAsync(context, path);
        else if (path.StartsWith("api/models/", StringComparison.Ordinal)) await ListAsync(context, path["api/models/".Length..]);
        else await ResolveAsync(context, path);
    }

    private async Task ListAsync(HttpContext context, string path)
    {
        var parts = path.Split("/revision/");
        if (!Models.TryGetValue(parts[0], out var model)) await RefuseAsync(context, 401, "RepoNotFound");
        else if (parts[1] != "main" && parts[1] != model.Commit) await RefuseAsync(context, 404, "RevisionNotFound");
        else await context.Response.WriteAsJsonAsync(new { id = parts[0], sha = model.Commit, siblings = model.Files.Keys.Select(name => new { rfilename = name }) });
    }

    private async Task ResolveAsync(HttpContext context, string path)
    {
        var parts = path.Split("/resolve/");
        if (parts.Length != 2 || !Models.TryGetValue(parts[0], out var model)) { await RefuseAsync(context, 401, "RepoNotFound"); return; }
        var name = parts[1][(parts[1].IndexOf('/') + 1)..];
        if (!model.Files.TryGetValue(name, out var content)) { await RefuseAsync(context, 404, "EntryNotFound"); return; }
        context.Response.Headers["X-Repo-Commit"] = model.Commit;
        if (TestModel.IsLarge(name))
        {
            context.Response.Headers["X-Linked-Etag"] = $"\"{model.Etag(name)}\"";
            context.Response.Headers["X-Linked-Size"] = content.Length.ToString(CultureInfo.InvariantCulture);
            context.Response.Redirect($"{Store}lfs/{parts[0]}/{TestModel.Sha256(content)}?X-Amz-Signature=signed");
        }
        else
        {
            context.Response.Headers.ETag = $"\"{model.Etag(name)}\"";
            await SendAsync(context, content);
        }
    }

    private async Task HandleStoreAsync(HttpContext context, string path)
    {
        var found = Models.Values.SelectMany(model => model.Files.Values).FirstOrDefault(file => path.EndsWith(TestModel.Sha256(file), StringComparison.Ordinal));
        if (context.Request.Method == "PUT") await ReceiveAsync(context, path);
        else if (found == null) context.Response.StatusCode = 404;
        else await SendAsync(context, found);
    }

    private async Task SendAsync(HttpContext context, byte[] content)
    {
        var range = context.Request.Headers.Range.ToString();
        var from = range.Length == 0 ? 0 : int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        if (range.Length > 0)
        {
            context.Response.StatusCode = from < content.Length ? 206 : 416;
            context.Response.Headers.ContentRange = from < content.Length ? $"bytes {from}-{content.Length - 1}/{content.Length}" : $"bytes */{content.Length}";
            if (from >= content.Length) return;
        }
        context.Response.ContentLength = content.Length - from;
        if (context.Request.Method != "HEAD") await Send(context, content.AsMemory(from));
    }

    public static Task RefuseAsync(HttpContext context, int status, string? code = null, string? message = null)
    {
        context.Response.StatusCode = status;
        if (code != null) context.Response.Headers["X-Error-Code"] = code;
        if (message != null) context.Response.Headers["X-Error-Message"] = message;
        return context.Response.WriteAsJsonAsync(new { error = message ?? "refused" });
    }
}
