using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora.Tests.Text;

[TestClass]
public class VocabularyFormTests
{
    [TestMethod]
    [DataRow("vocab.json merges.txt tokenizer.json", "vocab.json merges.txt")]
    [DataRow("vocab.txt", "vocab.txt")]
    [DataRow("vocab.txt vocab.json merges.txt", "vocab.json merges.txt")]
    [DataRow("vocab.json vocab.txt", "vocab.txt")]
    [DataRow("vocab.json", null)]
    [DataRow("sentencepiece.bpe.model tokenizer.json", null)]
    [DataRow("", null)]
    public void AllFilesOfAFormAreNeeded(string there, string? form) =>
        Assert.AreEqual(form, VocabularyForm.Of(there.Split(' ').Contains) is { } found ? string.Join(' ', found.Files) : null);

    [TestMethod]
    [DataRow("merges.txt", "has no vocab.json")]
    [DataRow("sentencepiece.bpe.model", "has no vocab.json")]
    [DataRow("tokenizer.json", "Tokenizer.from_file('tokenizer.json').model.save('.')")]
    public void WhatIsMissingIsNamedWithWhatCouldBeThere(string there, string missing)
    {
        using var folder = new TemporaryFolder();
        folder.Write(there, "");
        var message = Assert.ThrowsExactly<FileNotFoundException>(() => TextTokenizer.FromDirectory(folder.Root)).Message;
        Assert.Contains(missing, message);
        Assert.StartsWith($"{folder.Root} has no ", message);
        Assert.Contains("vocab.json with merges.txt, or vocab.txt", message);
    }
}
