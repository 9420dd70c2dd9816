using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Tests.Formats;

[TestClass]
public sealed class FileNamesTests
{
    [TestMethod]
    [DataRow("model.safetensors", true)]
    [DataRow("model-00001-of-00002.safetensors", true)]
    [DataRow("größe.txt", true)]
    [DataRow("", false)]
    [DataRow(".", false)]
    [DataRow("..", false)]
    [DataRow("a/b", false)]
    [DataRow("a\\b", false)]
    [DataRow("c:x", false)]
    [DataRow("a\0b", false)]
    [DataRow("a\nb", false)]
    [DataRow("a ", false)]
    public void OnlyPlainNamesPass(string name, bool plain) => Assert.AreEqual(plain, FileNames.IsPlain(name));
}
