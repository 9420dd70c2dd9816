using System.Net;

namespace Microsoft.ML.Lora;

/// <summary>Fetches one file's content into a place in the cache: what is there of it already is kept, and nothing unchecked gets its final name.</summary>
/// <param name="settings">How the hub is reached.</param>
/// <param name="http">Sends requests.</param>
/// <param name="retry">Repeats them.</param>
/// <param name="errors">Turns refusals into exceptions.</param>
internal sealed class HubFileFetch(HubSettings settings, HubHttp http, HubRetry retry, HubErrors errors)
{
    private const int MostFetches = 3;
    private const long ProgressThatCounts = 1 << 20;

    /// <summary>Fetches and checks a file.</summary>
    /// <param name="file">Which one.</param>
    /// <param name="source">Its address.</param>
    /// <param name="target">Where it is to lie; the caller holds its lock.</param>
    /// <param name="report">Told how many bytes are here.</param>
    /// <param name="cancellation">Stops; what has come so far is kept for the next time.</param>
    /// <exception cref="InvalidDataException">What the server sends is not that file, time and again.</exception>
    public async Task FetchAsync(HubFile file, Uri source, string target, Action<long> report, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var unfinished = target + ".incomplete";
        for (var fetch = 1; ; fetch++)
        {
            if (await FetchOnceAsync(file, source, unfinished, report, cancellation).ConfigureAwait(false) is not { } difference) break;
            File.Delete(unfinished);
            if (fetch == MostFetches)
                throw new InvalidDataException($"{file.Name} from {source.Authority} is not what it should be, in {MostFetches} downloads: {difference}. "
                    + "Nothing of it was kept.");
        }
        File.Move(unfinished, target, overwrite: true);
    }

    /// <summary>Fetches what is missing and says how the whole differs from what it should be, or null.</summary>
    private async Task<string?> FetchOnceAsync(HubFile file, Uri source, string unfinished, Action<long> report, CancellationToken cancellation)
    {
        // No truncation and no appending: were the lock not honoured, two processes would write the same bytes to the same places.
        using (var stream = new FileStream(unfinished, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
        {
            if (stream.Length > file.Length) stream.SetLength(0);
            string? difference = null;
            while (stream.Length < file.Length && difference == null)
                difference = await retry.RunAsync(token => FetchRestAsync(file, source, stream, report, token), cancellation).ConfigureAwait(false);
            if (difference != null) return difference;
            stream.Flush(flushToDisk: true);
        }
        return file.FindDifference(unfinished);
    }

    /// <summary>
    /// One request for what is missing; returns what is wrong with the answer, or null: all came, or so much that another request is worth while.
    /// </summary>
    private async Task<string?> FetchRestAsync(HubFile file, Uri source, FileStream stream, Action<long> report, CancellationToken cancellation)
    {
        var before = stream.Length;
        using var response = await http.SendAsync(new(HttpMethod.Get, source) { From = before }, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return "the server has fewer bytes than it said";
        errors.ThrowIfFailed(response, $"does not send {file.Name}");
        var start = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From ?? -1 : 0;
        if (start != 0 && start != before) return "the server sends another part than was asked for";
        if (start + response.Content.Headers.ContentLength is { } length && length != file.Length)
            return $"its length is {length:N0} bytes, expected is {file.Length:N0}";
        stream.Position = start;
        var tooLong = false;
        try
        {
            await HubBody.CopyAsync(response, settings.Silence, async chunk =>
            {
                tooLong = stream.Position + chunk.Length > file.Length;
                if (tooLong) return false;
                await stream.WriteAsync(chunk, cancellation).ConfigureAwait(false);
                report(stream.Position);
                return true;
            }, cancellation).ConfigureAwait(false);
        }
        catch (HubTransientException) when (stream.Length - before >= ProgressThatCounts)
        {
            return null;
        }
        if (tooLong) return $"it has more than {file.Length:N0} bytes";
        return stream.Position == file.Length ? null : throw new HubTransientException(
            new IOException($"{source.Authority} sent only {stream.Position:N0} of the {file.Length:N0} bytes of {file.Name}."));
    }
}
