using Microsoft.ML.Lora;

namespace WebSentimentSample;

/// <summary>POST /predict: a text in, its most probable class and the probability of each class out.</summary>
internal static class PredictEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, MicroBatcher batcher, LoraFineTuneTransformer model)
    {
        try
        {
            var request = await PredictRequest.ReadAsync(context.Request);
            if (await batcher.PredictAsync(request.Text, context.RequestAborted) is { } prediction)
                return TypedResults.Ok(PredictResponse.Of(prediction, model.Labels!));
            context.Response.Headers.RetryAfter = "1";
            return TypedResults.Problem("Too many texts are waiting; try again.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (BadHttpRequestException error)
        {
            return TypedResults.Problem(error.Message, statusCode: error.StatusCode);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to read the answer.
            return TypedResults.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
    }
}
