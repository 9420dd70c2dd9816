using Microsoft.ML.Lora.Pretrain.Start;
using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Vocabulary;
using Microsoft.ML.Lora.Tests.Pretrain.Teacher;
using Microsoft.ML.Lora.Tests.Pretrain.Vocabulary;
using Microsoft.ML.Lora.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Start;

[TestClass]
public class StartingTableTests
{
    [TestMethod]
    public void TokensStartFromTheirWordsAndTheTeachersPieces()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        File.WriteAllText(folder["vectors.json"], WordVectorsTests.Two);
        var words = WordVectors.Read(folder["vectors.json"]);
        var teacher = new SentenceEncoder(SmallTeacher.Write(folder["teacher"]));
        BpeTrainer.Train(new Dictionary<string, long> { [" film"] = 90, [" Film"] = 80, [" the"] = 70, ["films"] = 60 }, 280).Write(folder["model"]);
        var tokens = BpeVocabulary.ReadTokens(folder["model"]);
        const int size = 6;
        var table = StartingTable.Make(tokens, TextTokenizer.FromDirectory(folder["model"]), words, teacher, size);

        CollectionAssert.AreEqual(new long[] { tokens.Length, size }, table.shape);
        Tensor Row(string token) => table[Array.IndexOf(tokens, token)];
        foreach (var special in new[] { "<s>", "<pad>", "</s>", "<unk>", "<mask>" }) Close.AssertIdentical(zeros(size), Row(special), special);
        Close.AssertIdentical(Row("Ġfilm").narrow(0, 0, 2), Row("ĠFilm").narrow(0, 0, 2), "both spellings of the word");
        Assert.IsGreaterThan(1e-3f, (Row("Ġfilm") - Row("ĠFilm")).narrow(0, 2, 4).abs().max().item<float>());
        var (film, the) = (Row("Ġfilm").narrow(0, 0, 2), Row("Ġthe").narrow(0, 0, 2));
        var (x, y) = ((film - the)[0].item<float>(), (film - the)[1].item<float>());
        Assert.AreEqual((2 - 0.5) / (3 + 1), x / y, 1e-4);
    }
}
