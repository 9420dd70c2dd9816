using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Pretrain.Start;
using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Training;
using Microsoft.ML.Lora.Tests.Pretrain.Teacher;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Start;

[TestClass]
public class InheritedWeightsTests
{
    private static readonly string[] Tokens = ["<s>", "<pad>", "</s>", "<unk>", "Ġthe", "Ġfilm", "Ġgood", "s", "Ġbad", "a", "b", "Ġa", "<mask>"];

    private static readonly TrainingRow[] Rows =
    [
        Row("the good film", 4, 6, 5), Row("a bad film", 11, 8, 5), Row("the films a good film", 4, 5, 7, 11, 6, 5), Row("good a bad the film", 6, 11, 8, 4, 5),
        Row("bad films good films", 8, 5, 7, 6, 5, 7), Row("the bad", 4, 8), Row("a film the film", 11, 5, 4, 5),
    ];

    [TestMethod]
    public void WhatTheTeacherKnowsNeedNotBeLearnt()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var dropout = new DropoutSource();
        using var generator = new Generator(1);
        var teacher = new SentenceEncoder(SmallTeacher.Write(folder["teacher"]));
        string[] sentences = [.. Rows.Select(row => row.Text)];
        using var scale = new LessonScale(teacher, sentences);
        var shape = new EncoderConfiguration
        {
            ModelType = "roberta",
            VocabularySize = Tokens.Length,
            HiddenSize = (int)teacher.Size,
            Layers = 3,
            Heads = SentenceEncoderLayer.Heads,
            IntermediateSize = SmallTeacher.Inner,
            MaxPositions = 20,
            FirstPosition = 2,
            HiddenDropout = 0,
            AttentionDropout = 0,
        };
        using var model = new PretrainingModel(new RandomWeights(generator), shape, [], dropout);
        var untaught = Likeness(model, teacher);
        model.Inherit(new InheritedWeights(teacher, shape, Tokens, sentences, generator).Make(scale));
        var start = Likeness(model, teacher);
        for (var layer = 0; layer < 3; layer++)
        {
            Assert.IsLessThan(0.4, untaught[layer]);
            Assert.IsGreaterThan(0.95, start[layer]);
        }
    }

    // The mean cosine of the tokens' states with the teacher's pieces, before the first layer and after the first and the second.
    private static double[] Likeness(PretrainingModel model, SentenceEncoder teacher)
    {
        var cosines = new double[3];
        foreach (var row in Rows)
        {
            var taught = teacher.States([row.Text]);
            var states = model.States(new TokenBatch(tensor(row.Ids.Select(id => (long)id).ToArray(), [1, row.Ids.Length]), null));
            Tensor[] streams = [taught[0].Residual, taught[0].Output, taught[1].Output];
            for (var layer = 0; layer < 3; layer++) cosines[layer] += Cosine(streams[layer], states[layer][0].narrow(0, 1, row.Ids.Length - 2)) / Rows.Length;
        }

        return cosines;
    }

    private static double Cosine(Tensor left, Tensor right)
    {
        static Tensor Normal(Tensor rows) => nn.functional.layer_norm(rows, [rows.shape[^1]]);
        return (Normal(left) * Normal(right)).mean().item<float>();
    }

    private static TrainingRow Row(string text, params int[] ids) => new(text, [0, .. ids, 2], -1, 0);
}
