using Microsoft.ML.Lora.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests;

/// <summary>One whole step on one loss.</summary>
internal static class OptimizerSteps
{
    public static void Step(this Optimizer optimizer, Tensor loss, double learningRate)
    {
        optimizer.ZeroGradients();
        loss.backward();
        optimizer.Step(learningRate);
    }
}
