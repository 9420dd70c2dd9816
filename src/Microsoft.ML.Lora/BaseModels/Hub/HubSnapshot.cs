using Microsoft.ML.Lora.Formats;
using Microsoft.ML.Lora.Text;

namespace Microsoft.ML.Lora;

/// <summary>Judges a snapshot in the cache: other programs fetch only what they need, downloads break off, disks fail.</summary>
internal static class HubSnapshot
{
    /// <summary>Why a snapshot can not be used, or null: a <see cref="FileNotFoundException"/> where a file is missing, an
    /// <see cref="InvalidDataException"/> where one is damaged.</summary>
    public static Exception? FindProblem(string directory, string id, string commit)
    {
        try
        {
            if (FindMissing(directory) is { } missing) return new FileNotFoundException(missing);
            return FindDamage(ResolvedBase.Open(directory, BaseModelKind.Hub, id, commit)) is { } damage ? new InvalidDataException(damage) : null;
        }
        catch (InvalidDataException e)
        {
            return e;
        }
    }

    /// <summary>
    /// Whether a usable snapshot has all that the hub has: the tokenizer's settings are optional, and a program that did not need them
    /// leaves them out.
    /// </summary>
    public static bool IsComplete(HubCache cache, ResolvedBase snapshot) =>
        snapshot.Find(VocabularyForm.ConfigName) is not null || cache.KnowsAbsent(snapshot.Id, Path.GetFileName(snapshot.Directory), VocabularyForm.ConfigName);

    private static string? FindMissing(string directory)
    {
        if (!Directory.Exists(directory)) return $"{directory} does not exist.";
        if (!Has(directory, ResolvedBase.ConfigName)) return $"{directory} has no {ResolvedBase.ConfigName}.";
        if (VocabularyForm.Of(file => Has(directory, file)) == null)
            return $"{directory} has no vocabulary ({VocabularyForm.InWords}).";
        if (Has(directory, ResolvedBase.WeightsName)) return null;
        if (!Has(directory, ResolvedBase.IndexName))
            return Array.Find(ResolvedBase.PickleNames, name => Has(directory, name)) is { } pickle
                ? $"{directory} has its weights only as {pickle}, a Python pickle, which is not read."
                : $"{directory} has no weights ({ResolvedBase.WeightsName} or {ResolvedBase.IndexName}).";
        var missing = SafetensorsSet.FilesOf(Path.Combine(directory, ResolvedBase.IndexName)).FirstOrDefault(part => !Has(directory, part));
        return missing == null ? null : $"{directory} has no {missing}.";
    }

    /// <summary>The first file whose content is not what its blob's name says.</summary>
    private static string? FindDamage(ResolvedBase snapshot)
    {
        foreach (var name in snapshot.DecisiveFiles())
        {
            var path = Path.Combine(snapshot.Directory, name);
            var target = FileLengths.Target(path);
            if (Path.GetFileName(Path.GetDirectoryName(target)) != "blobs") continue;
            if (HubFile.FindDifference(target, Path.GetFileName(target), FileDigest.Of) is { } difference) return $"{path} is damaged: {difference}.";
        }
        return null;
    }

    private static bool Has(string directory, string file) => File.Exists(Path.Combine(directory, file));
}
