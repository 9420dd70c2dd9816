using Microsoft.ML.Lora.Backbones;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>Rows whose class is told by one token among others.</summary>
internal static class TaughtRows
{
    public static readonly EncoderConfiguration WithDropout = Tiny.Configuration with { HiddenDropout = 0.1, AttentionDropout = 0.1, ClassifierDropout = 0.1 };

    public static TokenizedRow[] Make(int count, int seed = 5)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var others = Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Next(10, 40));
            return new TokenizedRow(Tiny.Text([0, .. others, 5 + i % 3, 2]), i % 3);
        })];
    }
}
