using System.Text.Json;
using System.Text.Json.Serialization;

namespace WebSentimentSample;

/// <summary>How requests and answers are read and written: strictly, so that a misspelt field is an error and not an empty text.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PredictRequest))]
[JsonSerializable(typeof(PredictResponse))]
internal sealed partial class WebJson : JsonSerializerContext;
