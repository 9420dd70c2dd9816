using System.Net.Mime;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace WebSentimentSample;

/// <summary>What is asked: <c>{"text": "..."}</c>.</summary>
internal sealed record PredictRequest
{
    /// <summary>The text to score.</summary>
    public required string Text { get; init; }

    /// <summary>Reads the body.</summary>
    /// <exception cref="BadHttpRequestException">It is not of that form, not UTF-8, or too large; with the status to answer.</exception>
    public static async Task<PredictRequest> ReadAsync(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != MediaTypeNames.Application.Json)
            throw new BadHttpRequestException("The body must be JSON, and its Content-Type application/json.", StatusCodes.Status415UnsupportedMediaType);
        if (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            throw new BadHttpRequestException($"The body must be in UTF-8, not {type.Charset}.", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, WebJson.Default.PredictRequest, request.HttpContext.RequestAborted)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException error)
        {
            throw new BadHttpRequestException($$"""The body must be an object such as {"text": "..."}, in UTF-8. {{error.Message}}""", error);
        }
    }
}
