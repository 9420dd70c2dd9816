using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace WebSentimentSample;

/// <summary>The web application: what it is made of, and its addresses.</summary>
internal static class WebSentiment
{
    /// <summary>Puts the application together; the model is loaded when it starts.</summary>
    /// <param name="args">Settings, such as <c>--Sentiment:Model=FILE --urls=http://localhost:5080</c>.</param>
    public static WebApplication Create(params string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // A start that fails is said in one line, by the program.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.AddOptions<ServingOptions>().BindConfiguration(ServingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services => ServedModel.Load(services.GetRequiredService<IOptions<ServingOptions>>().Value.Model));
        builder.Services.AddSingleton<MicroBatcher>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MicroBatcher>());
        builder.Services.AddHealthChecks().AddCheck<ScoringHealthCheck>("scoring", timeout: TimeSpan.FromSeconds(5));
        builder.Services.AddProblemDetails();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, WebJson.Default));
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServingOptions>>(
            (kestrel, serving) => kestrel.Limits.MaxRequestBodySize = serving.Value.MaxBodyBytes);

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapPost("/predict", PredictEndpoint.HandleAsync);
        app.MapHealthChecks("/health");
        return app;
    }
}
