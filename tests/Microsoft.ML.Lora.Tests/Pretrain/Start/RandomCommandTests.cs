using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Pretrain.Start;

namespace Microsoft.ML.Lora.Tests.Pretrain.Start;

[TestClass]
public class RandomCommandTests
{
    [TestMethod]
    public void AModelOfTheSameShapeStartsAnew()
    {
        using var folder = new TemporaryFolder();
        var bundled = Repository.Require("models", "tiny-english");
        RandomCommand.Run(bundled, folder["one"], seed: 1);
        RandomCommand.Run(bundled, folder["again"], seed: 1);
        RandomCommand.Run(bundled, folder["other"], seed: 2);
        var weights = File.ReadAllBytes(Path.Combine(folder["one"], "model.safetensors"));
        Assert.AreEqual(new FileInfo(Path.Combine(bundled, "model.safetensors")).Length, weights.Length, 100.0);
        CollectionAssert.AreEqual(weights, File.ReadAllBytes(Path.Combine(folder["again"], "model.safetensors")));
        CollectionAssert.AreNotEqual(weights, File.ReadAllBytes(Path.Combine(folder["other"], "model.safetensors")));
        Assert.AreEqual(EncoderFamily.Read(Path.Combine(bundled, "config.json")).Configuration, EncoderFamily.Read(Path.Combine(folder["one"], "config.json")).Configuration);
    }
}
