using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Layers;
using Microsoft.ML.Lora.Pretrain.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Training;

[TestClass]
public class ActivationScaleTests
{
    [TestMethod]
    public void HiddenStatesGrowAndWhatIsComputedOfThemStays()
    {
        const double factor = 3;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var dropout = new DropoutSource();
        using var generator = new Generator(1);
        var shape = new EncoderConfiguration
        {
            ModelType = "roberta",
            VocabularySize = 30,
            HiddenSize = 16,
            Layers = 2,
            Heads = 2,
            IntermediateSize = 24,
            MaxPositions = 20,
            PadTokenId = 1,
            FirstPosition = 2,
            HiddenDropout = 0,
            AttentionDropout = 0,
        };
        using var model = new PretrainingModel(new RandomWeights(generator, matrixDeviation: 0.3), shape, [], dropout);
        foreach (var parameter in model.parameters().Where(p => p.dim() == 1)) parameter.add_(empty_like(parameter).normal_(0, 0.3, generator));
        var batch = new TokenBatch(tensor(new long[] { 0, 7, 9, 11, 2 }, [1, 5]), null);
        var (states, guesses) = (model.States(batch)[^1], model.Guesses(model.States(batch)[^1]));
        var grown = ActivationScale.Grow(model.Kept.Select(p => (p.Name, (Tensor)p.Weight)), factor).ToDictionary(each => each.Name, each => each.Weight);
        foreach (var (name, weight) in model.Kept) weight.copy_(grown[name]);
        Close.Assert(states * factor, model.States(batch)[^1], 1e-4, "hidden states");
        Close.Assert(guesses, model.Guesses(model.States(batch)[^1]), 1e-4, "guesses");
    }
}
