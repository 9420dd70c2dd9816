using static TorchSharp.torch;

namespace Microsoft.ML.Lora.Adapters.Mixing;

/// <summary>Which adapter each row of a batch uses. Rows may also stand packed, token after token without padding.</summary>
internal sealed class Routing
{
    private readonly IReadOnlyList<string?> _rows;
    private readonly IReadOnlyList<long>? _lengths;
    private IReadOnlyList<string?>? _tokens;
    private (int Assigned, RoutedRanks[] Ranks, float[] Numbers)? _mask;

    /// <param name="rows">An adapter's name a row; null for the base model alone.</param>
    /// <param name="lengths">How many tokens each row has where layers may see rows packed; null where they never do.</param>
    public Routing(IReadOnlyList<string?> rows, IReadOnlyList<long>? lengths = null)
    {
        (_rows, _lengths) = (rows, lengths);
        Adapters = [.. rows.OfType<string>().Distinct()];
    }

    /// <summary>The adapters that occur.</summary>
    public IReadOnlyList<string> Adapters { get; }

    /// <summary>How many numbers a saved module gives the rows of an adapter (null: of the base); filled in where they differ.</summary>
    public Dictionary<string, long> Widths { get; } = new(StringComparer.Ordinal);

    /// <summary>The key of the base in <see cref="Widths"/>.</summary>
    public const string Base = "";

    /// <summary>The adapter that all rows use, when there is just one (or none: the base).</summary>
    public bool IsUniform => _rows.Distinct().Take(2).Count() == 1;

    /// <summary>The adapter of each element of an input's first dimension; an input of one row is repeated for all rows first.</summary>
    /// <exception cref="InvalidOperationException">The input has neither as many rows as were named nor their tokens.</exception>
    public IReadOnlyList<string?> Assign(ref Tensor input)
    {
        var size = input.shape[0];
        if (size == _rows.Count) return _rows;
        if (_lengths is not null && size == _lengths.Sum())
            return _tokens ??= [.. _rows.SelectMany((adapter, row) => Enumerable.Repeat(adapter, checked((int)_lengths[row])))];
        if (size != 1)
            throw new InvalidOperationException($"Adapters were named for {_rows.Count} rows, but a layer was given {size}.");
        input = input.expand([_rows.Count, .. input.shape[1..]]);
        return _rows;
    }

    /// <summary>[assigned, all ranks]: the scaling of an element's adapter at that adapter's ranks, otherwise 0. Layers of like ranks share it.</summary>
    /// <param name="assigned">What <see cref="Assign"/> gave.</param>
    /// <param name="ranks">The adapters whose ranks lie side by side.</param>
    public Tensor Mask(IReadOnlyList<string?> assigned, RoutedRanks[] ranks)
    {
        if (_mask is not { } mask || mask.Assigned != assigned.Count || !mask.Ranks.SequenceEqual(ranks))
            _mask = mask = (assigned.Count, ranks, Numbers(assigned, ranks));
        return tensor(mask.Numbers, [assigned.Count, ranks.Sum(each => each.Rank)]);
    }

    private static float[] Numbers(IReadOnlyList<string?> assigned, RoutedRanks[] ranks)
    {
        var width = ranks.Sum(each => each.Rank);
        var places = new Dictionary<string, (int Start, RoutedRanks Ranks)>(StringComparer.Ordinal);
        for (var (i, start) = (0, 0L); i < ranks.Length; start += ranks[i++].Rank) places[ranks[i].Adapter] = ((int)start, ranks[i]);
        var numbers = new float[assigned.Count * width];
        for (var row = 0; row < assigned.Count; row++)
        {
            if (assigned[row] is { } name && places.TryGetValue(name, out var place))
                Array.Fill(numbers, (float)place.Ranks.Scaling, (int)(row * width) + place.Start, (int)place.Ranks.Rank);
        }

        return numbers;
    }

    /// <summary>The places of each adapter in <paramref name="assigned"/>; null stands for the base.</summary>
    public static IEnumerable<(string? Adapter, long[] Places)> Groups(IReadOnlyList<string?> assigned) => assigned
        .Select((adapter, place) => (adapter, place: (long)place))
        .GroupBy(each => each.adapter, each => each.place)
        .Select(group => (group.Key, group.ToArray()));
}

/// <summary>An adapter's part of a stacked product.</summary>
/// <param name="Adapter">Its name.</param>
/// <param name="Rank">How many ranks it has.</param>
/// <param name="Scaling">What its product is multiplied with.</param>
internal sealed record RoutedRanks(string Adapter, long Rank, double Scaling);
