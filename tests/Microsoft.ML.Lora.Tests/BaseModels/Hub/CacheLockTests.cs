using System.ComponentModel;
using System.Diagnostics;

namespace Microsoft.ML.Lora.Tests.BaseModels.Hub;

[TestClass]
public sealed class CacheLockTests
{
    private readonly TemporaryFolder _folder = new();

    private string LockFile => _folder["locks", "x.lock"];

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task TheSecondWaitsForTheFirst()
    {
        var first = await CacheLock.TakeAsync(LockFile, CancellationToken.None);
        var second = CacheLock.TakeAsync(LockFile, CancellationToken.None);
        await Task.Delay(300);
        Assert.IsFalse(second.IsCompleted);
        using (await CacheLock.TakeAsync(_folder["locks", "y.lock"], CancellationToken.None)) first.Dispose();
        (await second.WaitAsync(TimeSpan.FromSeconds(20))).Dispose();
    }

    [TestMethod]
    public async Task WaitingCanBeCancelled()
    {
        using var first = await CacheLock.TakeAsync(LockFile, CancellationToken.None);
        using var cancellation = new CancellationTokenSource(200);
        await Assert.ThrowsAsync<OperationCanceledException>(() => CacheLock.TakeAsync(LockFile, cancellation.Token));
    }

    [TestMethod]
    public async Task PythonsLockIsTheSameLock()
    {
        // What Python's filelock does on Unix.
        const string hold = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()";
        Directory.CreateDirectory(_folder["locks"]);
        var start = new ProcessStartInfo("python3", ["-c", hold, LockFile]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var python = StartOrSkip(start);
        Assert.AreEqual("held", await python.StandardOutput.ReadLineAsync());
        var mine = CacheLock.TakeAsync(LockFile, CancellationToken.None);
        await Task.Delay(300);
        Assert.IsFalse(mine.IsCompleted);
        python.StandardInput.Close();
        (await mine.WaitAsync(TimeSpan.FromSeconds(20))).Dispose();
        await python.WaitForExitAsync();
    }

    private static Process StartOrSkip(ProcessStartInfo start)
    {
        if (OperatingSystem.IsWindows()) Assert.Inconclusive("Windows has no flock.");
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Inconclusive("There is no python3 on this machine.");
            throw;
        }
    }
}
