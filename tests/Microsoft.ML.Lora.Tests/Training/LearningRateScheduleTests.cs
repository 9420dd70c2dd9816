using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public class LearningRateScheduleTests
{
    [TestMethod]
    public void RisesThenFallsLinearly()
    {
        var schedule = new LearningRateSchedule(peak: 1, totalSteps: 10, warmupRatio: 0.2);
        double[] expected = [0.5, 1, 1, 7 / 8.0, 6 / 8.0, 5 / 8.0, 4 / 8.0, 3 / 8.0, 2 / 8.0, 1 / 8.0];
        for (var step = 0; step < 10; step++) Assert.AreEqual(expected[step], schedule.At(step), 1e-12, $"step {step}");
    }

    [TestMethod]
    public void AShortTrainingStillLearns() => Assert.AreEqual(1, new LearningRateSchedule(peak: 1, totalSteps: 1, warmupRatio: 0.06).At(0));
}
