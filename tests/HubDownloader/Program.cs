using Microsoft.ML.Lora;

// Brings a base from the hub into the cache as any program would, by Hugging Face's environment variables: HubDownloader OWNER/NAME [REVISION]
try
{
    Console.WriteLine(await BaseModel.DownloadAsync(args[0], args.Length > 1 ? args[1] : "main"));
    return 0;
}
catch (Exception error)
{
    Console.Error.WriteLine($"{error.GetType().Name}: {error.Message}");
    return 1;
}
