namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

[TestClass]
public sealed class HubSettingsTests
{
    [TestMethod]
    [DataRow("", "https://huggingface.co/")]
    [DataRow("HF_ENDPOINT=", "https://huggingface.co/")]
    [DataRow("HF_ENDPOINT=http://127.0.0.1:5", "http://127.0.0.1:5/")]
    [DataRow("HF_ENDPOINT=https://m.example/api/hf/", "https://m.example/api/hf/")]
    public void TheEndpointIsHuggingFaceOrAMirror(string variables, string expected) => Assert.AreEqual(expected, Of(variables).Endpoint.ToString());

    [TestMethod]
    [DataRow("example.org")]
    [DataRow("/path")]
    [DataRow("file:///x")]
    [DataRow("https://me:secret@example.org")]
    [DataRow("https://example.org?x=1")]
    public void AnotherEndpointIsRefusedByName(string endpoint)
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Of($"HF_ENDPOINT={endpoint}"));
        Assert.Contains("HF_ENDPOINT", error.Message);
        Assert.DoesNotContain("secret", error.Message);
    }

    [TestMethod]
    [DataRow("HF_HUB_OFFLINE=1", true)]
    [DataRow("HF_HUB_OFFLINE=true", true)]
    [DataRow("TRANSFORMERS_OFFLINE=YES", true)]
    [DataRow("HF_HUB_OFFLINE=0", false)]
    [DataRow("", false)]
    public void OfflineIsWhatHuggingFacesLibraryTakesForTrue(string variables, bool offline) => Assert.AreEqual(offline, Of(variables).Offline);

    [TestMethod]
    public void TheTokenComesFromTheEnvironmentOrItsFile()
    {
        using var folder = new TemporaryFolder();
        Assert.IsNull(Of($"HF_HOME={folder.Root}").Token);
        folder.Write("token", "from-home\n");
        folder.Write("other", "from-path\n");
        Assert.AreEqual("from-home", Parameter($"HF_HOME={folder.Root}"));
        Assert.AreEqual("from-path", Parameter($"HF_HOME={folder.Root};HF_TOKEN_PATH={folder["other"]}"));
        Assert.AreEqual("set", Parameter($"HF_HOME={folder.Root};HF_TOKEN= set "));
        Assert.AreEqual("older", Parameter($"HF_HOME={folder.Root};HUGGING_FACE_HUB_TOKEN=older"));
        Assert.IsNull(Of($"HF_HOME={folder.Root};HF_TOKEN=set;HF_HUB_DISABLE_IMPLICIT_TOKEN=1").Token);

        static string? Parameter(string variables) => Of(variables).Token?.Header.Parameter;
    }

    [TestMethod]
    public void LinksMayBeForbidden()
    {
        Assert.IsTrue(Of("").Links);
        Assert.IsFalse(Of("HF_HUB_DISABLE_SYMLINKS=1").Links);
    }

    [TestMethod]
    public void ARevisionIsOnePartOfAnAddress() =>
        Assert.AreEqual("https://huggingface.co/own/name/resolve/refs%2Fpr%2F1/a%20b.json", Of("").FileOf("own/name", "refs/pr/1", "a b.json").AbsoluteUri);

    private static HubSettings Of(string variables) => HubSettings.FromEnvironment(variables.Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(each => each.Split('=', 2)).Append(["HF_HOME_", ""]).ToDictionary(pair => pair[0], pair => pair[1]).GetValueOrDefault);
}
