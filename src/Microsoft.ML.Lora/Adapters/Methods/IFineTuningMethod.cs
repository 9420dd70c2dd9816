using TorchSharp.Modules;

namespace Microsoft.ML.Lora.Adapters.Methods;

/// <summary>A way of fine-tuning a model: what of it is trained. LoRA is one; the others are there to be compared with it.</summary>
public interface IFineTuningMethod : IDisposable
{
    /// <summary>What tables call it.</summary>
    string Name { get; }

    /// <summary>Every parameter that training changes, by path, in a fixed order; these are what a file of the result holds.</summary>
    IReadOnlyList<(string Name, Parameter Parameter)> TrainableParameters();

    /// <summary>The same parameters, in groups that an optimizer treats differently.</summary>
    IReadOnlyList<ParameterGroup> ParameterGroups();

    /// <summary>How many numbers the model holds and how many of them are trained.</summary>
    ParameterSummary Summary();
}
