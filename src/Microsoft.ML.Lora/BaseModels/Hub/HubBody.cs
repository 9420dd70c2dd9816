namespace Microsoft.ML.Lora;

/// <summary>Reads the bodies of answers: bounded, and only as long as bytes keep coming.</summary>
internal static class HubBody
{
    /// <summary>Reads a body into memory.</summary>
    /// <exception cref="InvalidDataException">It has more bytes than are accepted.</exception>
    /// <exception cref="HubTransientException">It broke off.</exception>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, TimeSpan silence, CancellationToken cancellation)
    {
        var content = new MemoryStream();
        await CopyAsync(response, silence, chunk =>
        {
            if (content.Length + chunk.Length > maxBytes)
                throw new InvalidDataException($"{response.RequestMessage!.RequestUri!.Authority} answers with more than {maxBytes:N0} bytes.");
            content.Write(chunk.Span);
            return ValueTask.FromResult(true);
        }, cancellation).ConfigureAwait(false);
        return content.ToArray();
    }

    /// <summary>Hands on a body piece by piece, until it ends or <paramref name="take"/> returns false.</summary>
    /// <exception cref="HubTransientException">It broke off, or the server fell silent.</exception>
    public static async Task CopyAsync(
        HttpResponseMessage response, TimeSpan silence, Func<ReadOnlyMemory<byte>, ValueTask<bool>> take, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var buffer = new byte[1 << 17];
        Stream? body = null;
        while (true)
        {
            int read;
            try
            {
                timeout.CancelAfter(silence);
                body ??= await response.Content.ReadAsStreamAsync(timeout.Token).ConfigureAwait(false);
                read = await body.ReadAsync(buffer, timeout.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                var why = e is OperationCanceledException ? "it fell silent" : "the connection was cut";
                throw new HubTransientException(new IOException($"{response.RequestMessage!.RequestUri!.Authority} did not send all of an answer: {why}.", e));
            }
            if (read == 0) return;
            timeout.CancelAfter(Timeout.InfiniteTimeSpan);
            if (!await take(buffer.AsMemory(0, read)).ConfigureAwait(false)) return;
        }
    }
}
