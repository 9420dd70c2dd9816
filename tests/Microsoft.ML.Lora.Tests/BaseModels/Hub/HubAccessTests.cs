using System.Diagnostics.Tracing;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

/// <summary>Who may have what, where the token goes, and when no connection may be opened.</summary>
[TestClass]
public sealed class HubAccessTests : HubTest
{
    [TestMethod]
    public void TheTokenGoesToTheEndpointAndNotToTheStore()
    {
        Download(Hub.Settings(Cache, Token));
        AssertWhole();
        Assert.IsTrue(Hub.Requests.Where(r => !r.AtStore).All(r => r.Authorization == $"Bearer {Token}"));
        Assert.IsTrue(Hub.Requests.Any(r => r.AtStore));
        Assert.IsTrue(Hub.Requests.Where(r => r.AtStore).All(r => r.Authorization == null));
    }

    [TestMethod]
    public void WithoutATokenNoneIsSent()
    {
        Download();
        Assert.IsTrue(Hub.Requests.All(r => r.Authorization == null));
    }

    [TestMethod]
    [DataRow("localhost", DisplayName = "the same port under another name")]
    [DataRow("store", DisplayName = "another port")]
    public void OnceARedirectHasLedElsewhereTheTokenStaysAtHome(string elsewhere)
    {
        var other = elsewhere == "store" ? Hub.Store : new UriBuilder(Hub.Endpoint) { Host = elsewhere }.Uri;
        Hub.Fault = context =>
        {
            var (path, host) = (context.Request.Path.Value!, context.Request.Host.Value!);
            if (context.Request.Method != "GET" || !path.EndsWith("/config.json", StringComparison.Ordinal) || context.Request.Query.ContainsKey("back"))
                return Task.FromResult(false);
            // Away from the endpoint, and from there back to it.
            context.Response.Redirect(host == Hub.Endpoint.Authority ? $"{other}{path[1..]}" : $"{Hub.Endpoint}{path[1..]}?back=1");
            return Task.FromResult(true);
        };
        Download(Hub.Settings(Cache, Token));
        AssertWhole();
        var exchange = Hub.Requests.Where(r => r.Method == "GET" && r.Path.EndsWith("/config.json", StringComparison.Ordinal)).ToArray();
        Assert.HasCount(3, exchange);
        CollectionAssert.AreEqual(new[] { Hub.Endpoint.Authority, other.Authority, Hub.Endpoint.Authority }, exchange.Select(r => r.Authority).ToArray());
        Assert.IsNotNull(exchange[0].Authorization);
        Assert.IsNull(exchange[1].Authorization);
        Assert.IsNull(exchange[2].Authorization);
    }

    [TestMethod]
    public void ARenamedModelIsFollowedWithTheToken()
    {
        Hub.Fault = context =>
        {
            var path = context.Request.Path.Value!;
            if (!path.Contains("old/name")) return Task.FromResult(false);
            context.Response.Headers.Location = path.Replace("old/name", TestModel.Id);
            context.Response.StatusCode = 307;
            return Task.FromResult(true);
        };
        Download(Hub.Settings(Cache, Token), id: "old/name");
        CollectionAssert.AreEqual(Model.Files["model.safetensors"], File.ReadAllBytes(Folder["cache", "models--old--name", "snapshots", Model.Commit, "model.safetensors"]));
        Assert.IsTrue(Hub.Requests.Where(r => !r.AtStore).All(r => r.Authorization != null));
    }

    [TestMethod]
    public void AStoreOnTheHubsOwnServerIsAskedForContentsOnly()
    {
        Hub.Fault = context =>
        {
            var (path, response) = (context.Request.Path.Value!, context.Response);
            if (path == "/store/weights" && context.Request.Method == "HEAD") response.StatusCode = 403;
            else if (path == "/store/weights") return context.Response.Body.WriteAsync(Model.Files["model.safetensors"]).AsTask().ContinueWith(_ => true, TaskScheduler.Default);
            else if (path.EndsWith("/model.safetensors", StringComparison.Ordinal))
            {
                response.Headers["X-Linked-Etag"] = $"\"{Model.Etag("model.safetensors")}\"";
                response.Headers["X-Linked-Size"] = $"{TestModel.WeightsLength}";
                response.Redirect($"{Hub.Endpoint}store/weights");
            }
            else return Task.FromResult(false);
            return Task.FromResult(true);
        };
        Download();
        AssertWhole();
    }

    [TestMethod]
    [DataRow("http://127.0.0.1:1/x", "cannot be reached")]
    [DataRow("ftp://127.0.0.1/x", "is not followed")]
    [DataRow("file:///etc/passwd", "is not followed")]
    [DataRow("LOOP", "more than 10 times")]
    [DataRow("//:99999/x", "which is not followed")]
    public void ARedirectThatLeadsNowhereIsAnError(string target, string reason)
    {
        Hub.Fault = context =>
        {
            if (context.Request.Method != "GET" || !context.Request.Path.Value!.EndsWith("/config.json", StringComparison.Ordinal)) return Task.FromResult(false);
            context.Response.Redirect(target == "LOOP" ? context.Request.Path.Value! : target);
            return Task.FromResult(true);
        };
        Assert.Contains(reason, Assert.Throws<IOException>(() => Download()).Message);
    }

    [TestMethod]
    [DataRow(401, "RepoNotFound", null, typeof(FileNotFoundException), "Check the id; if the model is private, set HF_TOKEN")]
    [DataRow(404, "RepoNotFound", Token, typeof(FileNotFoundException), "Check the id")]
    [DataRow(404, null, null, typeof(FileNotFoundException), "no model 'own/name'")]
    [DataRow(404, "RevisionNotFound", null, typeof(FileNotFoundException), "no revision 'main'")]
    [DataRow(401, null, null, typeof(FileNotFoundException), "set HF_TOKEN")]
    [DataRow(401, null, Token, typeof(UnauthorizedAccessException), "The token was refused")]
    [DataRow(401, "GatedRepo", null, typeof(UnauthorizedAccessException), "Accept its terms at")]
    [DataRow(403, "GatedRepo", Token, typeof(UnauthorizedAccessException), "Accept its terms at")]
    [DataRow(403, null, Token, typeof(UnauthorizedAccessException), "no access to 'own/name'")]
    [DataRow(418, null, null, typeof(IOException), "418")]
    public void ARefusalSaysWhatToDo(int status, string? code, string? token, Type type, string advice)
    {
        Hub.Fault = context => TestHub.RefuseAsync(context, status, code, "because").ContinueWith(_ => true, TaskScheduler.Default);
        var error = Assert.Throws<Exception>(() => Download(Hub.Settings(Cache, token)));
        Assert.AreEqual(type, error.GetType(), error.ToString());
        Assert.Contains(advice, error.Message);
        Assert.Contains($"HTTP {status}: because", error.Message);
        Assert.HasCount(1, Hub.Requests);
    }

    [TestMethod]
    public void NoMessageShowsTheTokenEvenWhereTheServerEchoesIt()
    {
        var settings = Hub.Settings(Cache, Token);
        Assert.DoesNotContain(Token, $"{settings} {settings.Token} {settings.Token!.Header.Scheme}");
        // The longer preface makes the place where a message is cut short fall into the token.
        foreach (var preface in (int[])[3, 280])
            foreach (var status in (int[])[400, 401, 403, 404, 429, 500])
            {
                Hub.Fault = context =>
                {
                    context.Response.Headers.Location = $"/?{context.Request.Headers.Authorization}";
                    return TestHub.RefuseAsync(context, status, message: $"{new string('x', preface)} {context.Request.Headers.Authorization}")
                        .ContinueWith(_ => true, TaskScheduler.Default);
                };
                var error = Assert.Throws<Exception>(() => Download(settings));
                Assert.Contains("xxx", error.Message);
                Assert.DoesNotContain(Token[..5], error.ToString());
            }
        Hub.Dispose();
        Assert.DoesNotContain(Token, Assert.Throws<IOException>(() => Download(settings)).ToString());
        Assert.DoesNotContain("secret", Assert.ThrowsExactly<InvalidOperationException>(() => new HubToken("secret\u00e9 x")).ToString());
    }

    [TestMethod]
    public void OfflineOpensNoSocket()
    {
        using var sockets = new Sockets();
        Assert.Throws<IOException>(() => Download(Hub.Settings(Cache) with { Endpoint = new("http://127.0.0.1:1/") }));
        Assert.IsGreaterThan(0, sockets.Connects, "The listener must notice what it watches for.");
        Download(id: TestModel.Id, revision: Model.Commit);
        Assert.IsGreaterThan(1, Hub.Connections);
        var before = (sockets.Connects, Hub.Connections, Hub.Requests.Count);

        var offline = Hub.Settings(Cache, Token) with { Offline = true };
        Assert.AreEqual(Snapshot, new HubBaseModel(TestModel.Id, Model.Commit).Resolve([], offline).Directory);
        Assert.AreEqual(Snapshot, Download(offline, revision: Model.Commit));
        foreach (var (id, revision) in new[] { (TestModel.Id, "v2"), ("own/other", "main") })
        {
            var error = Assert.ThrowsExactly<FileNotFoundException>(() => new HubBaseModel(id, revision).Resolve([], offline));
            Assert.Contains("HF_HUB_OFFLINE", error.Message);
            Assert.ThrowsExactly<FileNotFoundException>(() => Download(offline, id, revision));
        }
        Assert.Contains("HF_HUB_OFFLINE", Assert.ThrowsExactly<InvalidOperationException>(() => new HubHttp(offline)).Message);
        Assert.AreEqual(before, (sockets.Connects, Hub.Connections, Hub.Requests.Count));
    }

    /// <summary>Counts the connections and the name look-ups that this process begins.</summary>
    private sealed class Sockets : EventListener
    {
        private int _connects;

        public int Connects => Volatile.Read(ref _connects);

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name is "System.Net.Sockets" or "System.Net.NameResolution") EnableEvents(eventSource, EventLevel.Informational, EventKeywords.All);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName is "ConnectStart" or "ResolutionStart") Interlocked.Increment(ref _connects);
        }
    }
}
