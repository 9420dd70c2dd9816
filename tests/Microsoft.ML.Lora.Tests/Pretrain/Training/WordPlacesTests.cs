using Microsoft.ML.Lora.Pretrain.Teacher;
using Microsoft.ML.Lora.Pretrain.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Tests.Pretrain.Training;

[TestClass]
public class WordPlacesTests
{
    // Ids from 10 on begin with a blank.
    private static readonly bool[] StartsWord = [.. Enumerable.Range(0, 20).Select(id => id >= 10)];

    private static TrainingRow Row(params int[] ids) => new("", [0, .. ids, 2], -1, 0);

    [TestMethod]
    public void TokensBelongToTheWordTheySpell()
    {
        using var lesson = new Lesson(zeros(3, 4), zeros(6, 4), [2, 1, 3]);
        var words = WordPlaces.Of([Row(5, 6, 11), Row(12, 5), Row(13, 14, 5, 15)], lesson, StartsWord);
        CollectionAssert.AreEqual(new long[] { 1, 2, 3, 7, 8, 13, 14, 15, 16 }, words.Places);
        CollectionAssert.AreEqual(new long[] { 0, 0, 1, 2, 2, 3, 4, 4, 5 }, words.Words);
        CollectionAssert.AreEqual(new long[] { 0, 1, 2, 3, 4, 5 }, words.Taught);
    }

    [TestMethod]
    public void ARowWhoseWordsCannotBePairedIsLeftOut()
    {
        using var lesson = new Lesson(zeros(3, 4), zeros(5, 4), [2, 2, 1]);
        var words = WordPlaces.Of([Row(5), Row(10, 11), Row()], lesson, StartsWord);
        CollectionAssert.AreEqual(new long[] { 5, 6 }, words.Places);
        CollectionAssert.AreEqual(new long[] { 0, 1 }, words.Words);
        CollectionAssert.AreEqual(new long[] { 2, 3 }, words.Taught);
    }
}
