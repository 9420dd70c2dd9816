using Microsoft.Extensions.Options;
using WebSentimentSample;

NativeMemory.KeepFromGrowing();
try
{
    await using var app = WebSentiment.Create(args);
    await app.RunAsync();
    return 0;
}
catch (Exception error) when (error is IOException or InvalidDataException or InvalidOperationException or OptionsValidationException)
{
    Console.Error.WriteLine("Error: " + error.Message);
    return 1;
}
