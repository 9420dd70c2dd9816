namespace Microsoft.ML.Runtime;

/// <summary>An environment whose work can be cancelled.</summary>
public interface ICancelable
{
    bool IsCanceled { get; }
}

/// <summary>What an environment knows beyond its public interface.</summary>
public interface IHostEnvironmentInternal
{
    int? Seed { get; }

    bool FallbackToCpu { get; }

    int? GpuDeviceId { get; }
}
