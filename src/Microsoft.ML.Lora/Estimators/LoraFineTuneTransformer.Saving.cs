using Microsoft.ML.Lora.Adapters;
using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora;

public sealed partial class LoraFineTuneTransformer
{
    internal const string LoaderSignature = "LoraFineTune";

    /// <summary>The steps of a save and of a load; each entry lies in the transformer's folder of the zip.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        using var use = Use();
        MLNetInternals.SetVersion(ctx, LoaderSignature);
        MLNetInternals.SaveEntry(ctx, BaseModelReference.FileName, stream => stream.Write(_classifier.BaseReference.ToUtf8()));
        MLNetInternals.SaveEntry(ctx, SavedModel.FileName, stream => stream.Write(new SavedModel(_columns, _labels, _classifier.MaxLength, TrainingOptions).ToUtf8()));
        MLNetInternals.SaveEntry(ctx, PeftAdapterConfig.FileName, stream => stream.Write(_classifier.PeftConfig().ToUtf8()));
        MLNetInternals.SaveEntry(ctx, PeftAdapterDirectory.WeightsFileName, stream =>
            SafetensorsWriter.Write(stream, PeftMapping.Tensors(_classifier.Adapter), SafetensorsWriter.PyTorchMetadata));
    }

    // ML.NET calls this by reflection when it loads a model.
    private static LoraFineTuneTransformer Create(IHostEnvironment environment, object ctx)
    {
        MLNetInternals.CheckVersion(ctx, LoaderSignature);
        NativeTorch.Require();
        byte[] Entry(string name) => MLNetInternals.LoadEntry(ctx, name) ?? throw new InvalidDataException($"The saved model has no entry {name}.");
        const string source = "saved model";
        var reference = BaseModelReference.Parse(Entry(BaseModelReference.FileName), $"{source}/{BaseModelReference.FileName}");
        // Verifying the base's digests and loading libtorch, which the adapter needs, take their time side by side.
        var resolving = Task.Run(reference.Resolve);
        var saved = SavedModel.Parse(Entry(SavedModel.FileName), $"{source}/{SavedModel.FileName}");
        using var peft = PeftAdapterDirectory.Read(Entry(PeftAdapterConfig.FileName), Entry(PeftAdapterDirectory.WeightsFileName), source);
        var classes = PeftMapping.Classes(peft, source);
        if (classes != (saved.Labels?.Count ?? 1))
            throw new InvalidDataException($"{source}/{SavedModel.FileName} speaks of {saved.Labels?.Count ?? 1} outputs, but the adapter has {classes}.");
        var classifier = FineTunedClassifier.Load(resolving.GetAwaiter().GetResult(), peft, saved.MaxLength, source);
        try
        {
            return new LoraFineTuneTransformer(environment, classifier, saved.Columns, saved.Labels, training: null, saved.Options);
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }
}
