using System.Text;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Lora.Tests.BaseModels;

[TestClass]
public sealed class BaseModelReferenceTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void AReferenceComesBackAsItWas()
    {
        var resolved = new HubBaseModel("own/name", "main").Resolve([], CacheWithModel());
        var reference = BaseModelReference.To(resolved);
        var again = BaseModelReference.Parse(reference.ToUtf8(), "x");

        Assert.AreEqual(BaseModelKind.Hub, again.Kind);
        Assert.AreEqual("own/name", again.Id);
        Assert.AreEqual(BaseFolder.Commit, again.Revision);
        Assert.AreEqual(resolved.Directory, again.Directory);
        Assert.AreEqual("roberta", again.Dimensions.ModelType);
        Assert.AreEqual(16, again.Dimensions.Sizes["hidden_size"]);
        CollectionAssert.AreEquivalent(new[] { "config.json", "model.safetensors", "vocab.json", "merges.txt" }, again.Files.Keys.ToArray());
        CollectionAssert.AreEqual(reference.ToUtf8(), again.ToUtf8());
        again.Verify(resolved);
    }

    [TestMethod]
    public void ABundledBaseRecordsNoPathOfThisMachine()
    {
        var resolved = ResolvedBase.Open(BaseFolder.Write(_folder, "tiny"), BaseModelKind.Bundled, "tiny");
        Assert.IsNull(BaseModelReference.To(resolved).Directory);
        Assert.DoesNotContain(_folder.Root, Encoding.UTF8.GetString(BaseModelReference.To(resolved).ToUtf8()));
    }

    [TestMethod]
    [DataRow("model.safetensors")]
    [DataRow("config.json")]
    [DataRow("vocab.json")]
    public void AnAlteredFileIsNamedWithWhatWasExpectedAndFound(string name)
    {
        var resolved = BaseModel.FromDirectory(BaseFolder.Write(_folder, "m")).Resolve();
        var reference = BaseModelReference.To(resolved);
        var expected = reference.Files[name].Sha256;
        File.AppendAllText(_folder["m", name], " ");

        var error = Assert.ThrowsExactly<InvalidDataException>(() => reference.Verify(resolved));
        Assert.Contains(_folder["m", name], error.Message);
        Assert.Contains(expected, error.Message);
        Assert.Contains(FileDigest.Of(_folder["m", name]).Sha256, error.Message);
        Assert.Contains("MLNETLORA_BASE_PATH", error.Message);
    }

    [TestMethod]
    public void AFileThatWasNotThereIsNoticed()
    {
        var resolved = BaseModel.FromDirectory(BaseFolder.Write(_folder, "m")).Resolve();
        var reference = BaseModelReference.To(resolved);
        _folder.Write("m/vocab.txt", "x");
        Assert.Contains("vocab.txt", Assert.ThrowsExactly<InvalidDataException>(() => reference.Verify(resolved)).Message);
    }

    [TestMethod]
    public void SettingsOfTheVocabularyCountWhereTheySayMoreThanTheDefaults()
    {
        var resolved = BaseModel.FromDirectory(BaseFolder.Write(_folder, "m")).Resolve();
        var plain = BaseModelReference.To(resolved);
        _folder.Write("m/tokenizer_config.json", """{"model_max_length": 512, "add_prefix_space": false}""");
        plain.Verify(resolved);

        _folder.Write("m/tokenizer_config.json", """{"add_prefix_space": true}""");
        Assert.Contains("tokenizer_config.json", Assert.ThrowsExactly<InvalidDataException>(() => plain.Verify(resolved)).Message);
        var spaced = BaseModelReference.To(resolved);
        spaced.Verify(resolved);
        _folder.Write("m/tokenizer_config.json", "{}");
        Assert.Contains("tokenizer_config.json", Assert.ThrowsExactly<InvalidDataException>(() => spaced.Verify(resolved)).Message);
    }

    [TestMethod]
    [DataRow("$.format", "2", "'format'")]
    [DataRow("$.kind", "\"ftp\"", "'kind'")]
    [DataRow("$.kind", "null", "'kind'")]
    [DataRow("$.id", "null", "'id' is missing")]
    [DataRow("$.id", "\"../../x\"", "'id'")]
    [DataRow("$.id", "7", "'id'")]
    [DataRow("$.revision", "\"../x\"", "'revision'")]
    [DataRow("$.directory", "\"a\\u0000b\"", "'directory'")]
    [DataRow("$.directory", "\"\"", "'directory'")]
    [DataRow("$.dimensions", "{\"hidden_size\": \"x\"}", "'dimensions.hidden_size'")]
    [DataRow("$.dimensions", "[]", "'dimensions'")]
    [DataRow("$.files", "null", "'files' is missing")]
    [DataRow("$.files", "{}", "'files'")]
    [DataRow("$.files", "{\"../config.json\": {\"sha256\": \"0\", \"bytes\": 1}}", "'files'")]
    [DataRow("$.files", "{\"config.json\": {\"sha256\": \"0\", \"bytes\": 1}}", "'sha256'")]
    [DataRow("$.files", "{\"config.json\": {\"sha256\": \"ZZ16bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015adab\", \"bytes\": 1}}", "'sha256'")]
    [DataRow("$.files", "{\"config.json\": {\"sha256\": \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\", \"bytes\": -1}}", "'bytes'")]
    [DataRow("$.files", "{\"config.json\": {\"sha256\": \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\", \"bytes\": \"1\"}}", "'bytes'")]
    [DataRow("$.files", "{\"config.json\": 5}", "'config.json'")]
    [DataRow("$.files", "{\"config.json\": {\"sha256\": \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\", \"bytes\": 1}}", "weights")]
    public void AnUnsoundReferenceIsRefused(string field, string value, string reason)
    {
        var json = JsonNode.Parse(BaseModelReference.To(new HubBaseModel("own/name", "main").Resolve([], CacheWithModel())).ToUtf8())!;
        json[field[2..]] = JsonNode.Parse(value);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => BaseModelReference.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), "base_model.json"));
        Assert.Contains(reason, error.Message);
        Assert.Contains("base_model.json", error.Message);
    }

    [TestMethod]
    public void RandomDamageNeverCausesAnythingButInvalidData()
    {
        var sound = BaseModelReference.To(new HubBaseModel("own/name", "main").Resolve([], CacheWithModel())).ToUtf8();
        var random = new Random(2);
        for (var i = 0; i < 400; i++)
        {
            var damaged = (byte[])sound.Clone();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                BaseModelReference.Parse(damaged, "x");
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private HubSettings CacheWithModel()
    {
        BaseFolder.WriteCached(_folder, "cache", "own/name");
        return BaseFolder.Offline(_folder["cache"]);
    }
}
