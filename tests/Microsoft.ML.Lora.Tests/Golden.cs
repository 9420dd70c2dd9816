using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Backbones.Roberta;
using Microsoft.ML.Lora.Formats;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests;

/// <summary>One of the golden models of ../shared, with its adapter put in, and what the LoRA authors' code computes with it.</summary>
internal sealed class Golden : IDisposable
{
    private readonly SafetensorsFile _expected;
    private readonly Generator _generator = new(1);

    public Golden(string name)
    {
        Directory = Shared.Require("golden", name);
        _expected = SafetensorsFile.Open(Path.Combine(Directory, "expected.safetensors"));
        using var adapter = PeftAdapterDirectory.Read(Path.Combine(Directory, "adapter"));
        var (_, configuration) = EncoderFamily.Read(Path.Combine(Directory, "config.json"));
        using var checkpoint = SafetensorsFile.Open(Path.Combine(Directory, "model.safetensors"));
        var classes = (int)_expected.Tensors["logits"].Shape[1];
        Model = new RobertaForSequenceClassification(
            new CheckpointWeights(checkpoint, "roberta."), new RandomWeights(_generator), configuration, classes);
        Adapter = new LoraModel(Model, Model.Dropout);
        Adapter.Load(LoraModel.DefaultName, adapter, "golden");
    }

    public string Directory { get; }
    public RobertaForSequenceClassification Model { get; }
    public LoraModel Adapter { get; }

    public Tensor Expected(string name) => _expected.Load(name);

    public TokenBatch Batch() => new(Expected("input_ids"), Expected("attention_mask"));

    public void AssertClose(string name, Tensor actual) => Close.Assert(Expected(name), actual, 1e-5, name);

    public void Dispose()
    {
        Adapter.Dispose();
        Model.Dispose();
        _expected.Dispose();
        _generator.Dispose();
    }
}
