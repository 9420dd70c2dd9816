using TorchSharp;

namespace Microsoft.ML.Lora.Tests;

/// <summary>TorchSharp's own layers draw their first weights from one generator for the whole process; here each test draws the same ones, whichever ran before it.</summary>
[TestClass]
public static class SameStart
{
    [GlobalTestInitialize]
    public static void Seed(TestContext _) => torch.manual_seed(1).Dispose();
}
