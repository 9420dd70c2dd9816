namespace Microsoft.ML.Lora.Tests.Text;

[TestClass]
public class TokenizerFileTests
{
    private readonly TinyTokenizer _files = new("h e");

    [TestCleanup]
    public void Cleanup() => _files.Dispose();

    [TestMethod]
    [DataRow("""["a"]""", "line 1: a JSON object")]
    [DataRow("", "not valid JSON")]
    [DataRow("{}", "line 1: the vocabulary is empty")]
    [DataRow("{\"a\": 0,\n\"b\": 1", "not valid JSON")]
    [DataRow("{\"a\": 0,\n\"b\": \"x\"}", "line 2: the id of token 'b' is not a whole number")]
    [DataRow("{\"a\": 0,\n\"b\": 1.5}", "line 2: the id of token 'b' is not a whole number")]
    [DataRow("{\"a\": 0,\n\n\"b\": {}}", "line 3: the id of token 'b' is not a whole number")]
    [DataRow("{\"a\": 0,\n\"a\": 1}", "line 2: token 'a' occurs twice")]
    [DataRow("{\"a\": 0,\n\"b\": 0}", "line 2: tokens 'a' and 'b' have the same id 0")]
    [DataRow("{\"a\": 0,\n\"b\": -1}", "line 2: token 'b' has the id -1, outside 0..1")]
    [DataRow("{\"a\": 0,\n\"b\": 2}", "line 2: token 'b' has the id 2, outside 0..1")]
    [DataRow("{\"a\": 0}\n{}", "not valid JSON")]
    [DataRow("{\"\\ud800\": 0}", "not valid JSON")]
    [DataRow("{\"a\": 0}", "the special token '<s>' is missing")]
    public void AMalformedVocabularyIsRefused(string json, string message)
    {
        _files.WriteVocabulary(json);
        Refused(_files.VocabularyPath, message);
    }

    [TestMethod]
    [DataRow("#version: 0.2\nh e\nhe", "line 3: 'he' is not two tokens")]
    [DataRow("h e \n", "line 1: 'h e ' is not two tokens")]
    [DataRow(" he\n", "line 1: ' he' is not two tokens")]
    [DataRow("h  e\n", "line 1: 'h  e' is not two tokens")]
    [DataRow("h e\nh e\n", "line 2: the merge 'h e' stands on line 1 already")]
    [DataRow("h e\nhe xx\n", "line 2: the merge 'he xx' needs the token 'xx'")]
    [DataRow("h e\ne h\n", "line 2: the merge 'e h' needs the token 'eh'")]
    [DataRow("< s\n", "line 1: the merge '< s' needs the token '<s'")]
    public void MalformedMergesAreRefused(string merges, string message)
    {
        _files.WriteMerges(merges);
        Refused(_files.MergesPath, message);
    }

    [TestMethod]
    public void AMergeThatSpellsASpecialTokenIsRefused()
    {
        using var files = new TinyTokenizer("< s", "<s >");
        var e = Assert.ThrowsExactly<InvalidDataException>(() => files.Load());
        StringAssert.Contains(e.Message, "line 3: the merge '<s >' spells a special token");
    }

    [TestMethod]
    public void MergesThatAreNotUtf8AreRefused()
    {
        File.WriteAllBytes(_files.MergesPath, [(byte)'h', (byte)' ', 0xFF]);
        Refused(_files.MergesPath, "not valid UTF-8");
    }

    [TestMethod]
    public void WindowsLineEndsAndBlankLinesAreRead()
    {
        _files.WriteMerges("#version: 0.2\r\n\r\nh e\r\n");
        Assert.HasCount(3, _files.Load().Encode("he", null, 9).Ids);
    }

    [TestMethod]
    public void AMissingFileIsNamed()
    {
        File.Delete(_files.MergesPath);
        var e = Assert.ThrowsExactly<FileNotFoundException>(() => _files.Load());
        StringAssert.Contains(e.Message, "merges.txt");
        StringAssert.Contains(e.Message, _files.Folder.FullName);
    }

    private void Refused(string path, string message)
    {
        var e = Assert.ThrowsExactly<InvalidDataException>(() => _files.Load());
        StringAssert.Contains(e.Message, path);
        StringAssert.Contains(e.Message, message);
    }
}
