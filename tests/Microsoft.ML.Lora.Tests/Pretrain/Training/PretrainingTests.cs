using Microsoft.ML.Lora.Pretrain.Training;
using Microsoft.ML.Lora.Pretrain.Vocabulary;
using Microsoft.ML.Lora.Tests.Pretrain.Teacher;

namespace Microsoft.ML.Lora.Tests.Pretrain.Training;

[TestClass]
public class PretrainingTests
{
    [TestMethod]
    public void AnInterruptedRunGoesOnAndItsModelCanBeAdapted()
    {
        using var folder = new TemporaryFolder();
        foreach (var part in new[] { "text", "tasks" }) Directory.CreateDirectory(Path.Combine(folder["corpus"], part));
        File.WriteAllLines(Path.Combine(folder["corpus"], "text", "some.txt"), ["the film", "the good film", "a film"]);
        File.WriteAllLines(Path.Combine(folder["corpus"], "tasks", "mood.tsv"), ["good\tgood films", "bad\ta bad film"]);
        SmallTeacher.Write(Path.Combine(folder["corpus"], "teacher", "sentences"));
        BpeTrainer.Train(new Dictionary<string, long> { [" film"] = 90, [" the"] = 70, ["films"] = 60 }, 280).Write(folder["model"]);
        string Run(double seconds)
        {
            var log = new StringWriter();
            new Pretraining(folder["model"], folder["corpus"], folder["state"])
            {
                IntermediateSize = 12,
                Duration = TimeSpan.FromSeconds(seconds),
                TokensPerStep = 16,
            }.Run(log);
            return log.ToString();
        }

        StringAssert.Contains(Run(0.2), "from step 0");
        StringAssert.Contains(Run(0.2), "done: ");
        var further = Run(0.4);
        Assert.IsFalse(further.Contains("from step 0", StringComparison.Ordinal), further);
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable([new Row("the film", "a"), new Row("good film", "b")]);
        var model = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.MulticlassClassification.Trainers.LoraTextClassification(sentence1ColumnName: "Text", maxEpochs: 1, rank: 2, baseModel: BaseModel.FromDirectory(folder["model"]))).Fit(rows);
        Assert.IsNotNull(model.Transform(rows).Schema.GetColumnOrNull("Score"));
    }

    private sealed record Row(string Text, string Label);
}
