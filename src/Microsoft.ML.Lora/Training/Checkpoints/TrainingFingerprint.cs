using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Microsoft.ML.Lora.Training.Checkpoints;

/// <summary>What a training's result follows from, by name: digests of the data and of the base, and the options. Two trainings with the same are the same.</summary>
internal sealed class TrainingFingerprint
{
    private readonly SortedDictionary<string, string> _parts = new(StringComparer.Ordinal);

    /// <summary>The parts by name.</summary>
    public IReadOnlyDictionary<string, string> Parts => _parts;

    /// <summary>Adds a part.</summary>
    public TrainingFingerprint With(string name, object? value)
    {
        _parts[name] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return this;
    }

    /// <summary>Adds rows, as a digest of their tokens and labels.</summary>
    public TrainingFingerprint With(string name, IReadOnlyList<TokenizedRow> rows)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[4];
        void Add(int value, Span<byte> buffer)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, value);
            digest.AppendData(buffer);
        }

        foreach (var row in rows)
        {
            Add(row.Length, number);
            foreach (var id in row.Text.Ids) Add(id, number);
            Add(row.Text.SecondStart, number);
            Add(row.Label, number);
            Add(BitConverter.SingleToInt32Bits(row.Target), number);
        }

        return With(name, rows.Count == 0 ? "none" : $"{rows.Count} rows, SHA-256 {Convert.ToHexStringLower(digest.GetHashAndReset())}");
    }

    /// <summary>What differs between this training and a former one, in a sentence; null where nothing does.</summary>
    public string? DifferenceFrom(IReadOnlyDictionary<string, string> former)
    {
        var differences = _parts.Keys.Union(former.Keys).Order(StringComparer.Ordinal)
            .Where(name => _parts.GetValueOrDefault(name) != former.GetValueOrDefault(name))
            .Select(name => $"{name} was {Show(former.GetValueOrDefault(name))} and is {Show(_parts.GetValueOrDefault(name))}")
            .ToList();
        return differences.Count == 0 ? null : string.Join("; ", differences);
    }

    private static string Show(string? value) => value is null or "" ? "not set" : value;
}
