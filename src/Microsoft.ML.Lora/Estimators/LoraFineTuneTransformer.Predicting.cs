using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora;

/// <content>Scoring without data views.</content>
public sealed partial class LoraFineTuneTransformer
{
    private const int RowsPerChunk = 256;

    /// <summary>Scores texts, in batches of like lengths. Several threads may call it at once.</summary>
    /// <param name="texts">The texts; null counts as empty.</param>
    /// <returns>A prediction for each text, in order.</returns>
    /// <exception cref="InvalidOperationException">The model was trained on pairs.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    public IReadOnlyList<LoraPrediction> Predict(IReadOnlyList<string?> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        RequirePairs(false);
        return Predictions([.. texts.Select(text => text ?? "")], null);
    }

    /// <summary>Scores pairs of texts, in batches of like lengths. Several threads may call it at once.</summary>
    /// <param name="pairs">The pairs; null counts as empty.</param>
    /// <returns>A prediction for each pair, in order.</returns>
    /// <exception cref="InvalidOperationException">The model was trained on single texts.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    public IReadOnlyList<LoraPrediction> Predict(IReadOnlyList<(string? Sentence1, string? Sentence2)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        RequirePairs(true);
        return Predictions([.. pairs.Select(pair => pair.Sentence1 ?? "")], [.. pairs.Select(pair => pair.Sentence2 ?? "")]);
    }

    /// <summary>Scores one text.</summary>
    /// <inheritdoc cref="Predict(IReadOnlyList{string?})"/>
    public LoraPrediction Predict(string? text) => Predict([text])[0];

    /// <summary>Scores a stream of texts as it comes in: up to 256 texts that are there already are scored together.</summary>
    /// <param name="texts">The texts; null counts as empty.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="InvalidOperationException">The model was trained on pairs.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    public IAsyncEnumerable<LoraPrediction> PredictAsync(IAsyncEnumerable<string?> texts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        RequirePairs(false);
        return InChunks(texts, Predict, cancellation);
    }

    /// <summary>Scores a stream of pairs as it comes in: up to 256 pairs that are there already are scored together.</summary>
    /// <param name="pairs">The pairs; null counts as empty.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="InvalidOperationException">The model was trained on single texts.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    public IAsyncEnumerable<LoraPrediction> PredictAsync(IAsyncEnumerable<(string? Sentence1, string? Sentence2)> pairs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        RequirePairs(true);
        return InChunks(pairs, Predict, cancellation);
    }

    // A chunk ends when it is full or when the next item would have to be waited for.
    private static async IAsyncEnumerable<LoraPrediction> InChunks<T>(
        IAsyncEnumerable<T> items, Func<IReadOnlyList<T>, IReadOnlyList<LoraPrediction>> predict, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var chunk = new List<T>(RowsPerChunk);
        var source = items.GetAsyncEnumerator(ending.Token);
        Task<bool>? next = null;
        try
        {
            for (var more = true; more;)
            {
                next = source.MoveNextAsync().AsTask();
                if (chunk.Count == RowsPerChunk || (chunk.Count > 0 && !next.IsCompleted))
                {
                    cancellation.ThrowIfCancellationRequested();
                    foreach (var prediction in predict(chunk)) yield return prediction;
                    chunk.Clear();
                }

                more = await next.ConfigureAwait(false);
                if (more) chunk.Add(source.Current);
            }

            cancellation.ThrowIfCancellationRequested();
            if (chunk.Count == 0) yield break;
            foreach (var prediction in predict(chunk)) yield return prediction;
        }
        finally
        {
            // A source must not be disposed of while it is asked for its next item.
            if (next is { IsCompleted: false })
            {
                await ending.CancelAsync().ConfigureAwait(false);
                await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            }

            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private LoraPrediction[] Predictions(IReadOnlyList<string> sentence1, IReadOnlyList<string?>? sentence2)
    {
        using var use = Use();
        return [.. _classifier.Scores(sentence1, sentence2).Select(scores => new LoraPrediction(scores, _labels))];
    }

    private void RequirePairs(bool pairs)
    {
        if (pairs != _columns.Texts.Sentence2 is not null)
            throw new InvalidOperationException(pairs ? "The model was trained on single texts and cannot score pairs." : "The model was trained on pairs: give both texts.");
    }
}

/// <summary>What a model says of a text or a pair.</summary>
public sealed class LoraPrediction
{
    private readonly LabelValues? _labels;

    internal LoraPrediction(float[] scores, LabelValues? labels) => (Scores, _labels) = (scores, labels);

    /// <summary>The probability of each class in the order of the keys; of a model that gives a number, that number alone.</summary>
    public IReadOnlyList<float> Scores { get; }

    /// <summary>The most probable class, from 0; null of a model that gives a number.</summary>
    public int? ClassIndex => _labels is null ? null : Array.IndexOf((float[])Scores, Scores.Max());

    /// <summary>The name of the most probable class; null where the classes have no names.</summary>
    public string? Label => ClassIndex is { } index ? _labels!.Names?[index] : null;

    /// <summary>The probability of the most probable class, or the number.</summary>
    public float Score => _labels is null ? Scores[0] : Scores.Max();
}
