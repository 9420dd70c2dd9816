using Microsoft.ML.Lora.Pretrain.Start;
using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Tests.Pretrain.Teacher;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Start;

[TestClass]
public class TokenTableTests
{
    [TestMethod]
    public void ATokenHasTheMeanOfItsPieces()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var teacher = new SentenceEncoder(SmallTeacher.Write(folder["teacher"]));
        Tensor Piece(string text) => teacher.Pieces[Array.IndexOf(SmallTeacher.Pieces, text)];
        var table = TokenTable.Of(["<s>", "Ġfilm", "Ġfilms", "s", "Ã"], teacher);
        Close.Assert(zeros(SmallTeacher.Narrow), table[0], 0, "a special token");
        Close.Assert(Piece("▁film"), table[1], 1e-6, "a piece");
        Close.Assert((Piece("▁film") + Piece("s")) / 2, table[2], 1e-6, "two pieces");
        Close.Assert(Piece("s"), table[3], 1e-6, "a piece within a word");
        Close.Assert(zeros(SmallTeacher.Narrow), table[4], 0, "half a character");
    }
}
