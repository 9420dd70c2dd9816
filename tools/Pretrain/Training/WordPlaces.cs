using Microsoft.ML.Lora.Pretrain.Teacher;

namespace Microsoft.ML.Lora.Pretrain.Training;

/// <summary>Which tokens of a batch spell which word of a lesson.</summary>
/// <param name="Places">Tokens, as places in the flattened batch.</param>
/// <param name="Words">The word of each token, counted over the words that are compared.</param>
/// <param name="Taught">The words that are compared, as rows of <see cref="Lesson.Words"/>.</param>
internal sealed record WordPlaces(long[] Places, long[] Words, long[] Taught)
{
    /// <summary>Pairs words by their order; a row whose tokens make another number of words than the teacher counts is left out.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="lesson">What the teacher makes of them.</param>
    /// <param name="startsWord">Whether a token, by its id, begins with a blank.</param>
    public static WordPlaces Of(IReadOnlyList<TrainingRow> rows, Lesson lesson, bool[] startsWord)
    {
        var length = rows.Max(row => row.Ids.Length);
        List<long> places = [], words = [], taught = [];
        for (var (row, first) = (0, 0); row < rows.Count; first += lesson.WordsOf[row++])
        {
            var ids = rows[row].Ids;
            bool Starts(int t) => t == 1 || startsWord[ids[t]];
            var spelt = Enumerable.Range(1, Math.Max(0, ids.Length - 2)).ToArray();
            if (spelt.Count(Starts) != lesson.WordsOf[row]) continue;
            taught.AddRange(Enumerable.Range(first, lesson.WordsOf[row]).Select(word => (long)word));
            var word = taught.Count - lesson.WordsOf[row] - 1;
            foreach (var t in spelt)
            {
                if (Starts(t)) word++;
                places.Add(row * length + t);
                words.Add(word);
            }
        }

        return new([.. places], [.. words], [.. taught]);
    }
}
