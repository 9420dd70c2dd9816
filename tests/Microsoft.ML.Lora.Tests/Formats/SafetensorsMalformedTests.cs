using Microsoft.ML.Lora.Formats;

namespace Microsoft.ML.Lora.Tests.Formats;

[TestClass]
public sealed class SafetensorsMalformedTests
{
    [TestMethod]
    [DataRow("[]", "begin with '{'")]
    [DataRow("{", "not valid JSON")]
    [DataRow("{} x", "not valid JSON")]
    [DataRow("{\"a\":1}", "tensor 'a' is described by 1")]
    [DataRow("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", "'dtype' is missing")]
    [DataRow("{\"a\":{\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]}}", "'dtype' must be text")]
    [DataRow("{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}", "unknown dtype 'F33'")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", "'shape'")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "'shape'")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", "'shape'")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}}", "'shape'")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", "17 dimensions")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}", "overflows")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[0,4611686018427387904,4],\"data_offsets\":[0,0]}}", "overflows")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "'data_offsets'")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", "'data_offsets'")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", "lies at [4, 0)")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "truncated")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9223372036854775807]}}", "truncated")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "takes 4 bytes")]
    [DataRow("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", "end at byte")]
    [DataRow("{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]}}", "after a hole")]
    [DataRow("{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}", "inside another tensor")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "uplicate")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "uplicate")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"code\":0}}", "unknown field 'code'")]
    [DataRow("{\"a\":{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}}", "JSON")]
    [DataRow("{\"__metadata__\":{\"a\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "'a' must be text")]
    [DataRow("{\"__metadata__\":[],\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "must be an object")]
    [DataRow("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "JSON")]
    public void AnUnsoundHeaderIsRefused(string header, string reason) => AssertRefused(SafetensorsBytes.Of(header, 0, 0, 0, 0), reason);

    [TestMethod]
    public void ForeignAndTruncatedFilesAreRefused()
    {
        AssertRefused([], "only 0 bytes");
        AssertRefused([1, 2, 3], "only 3 bytes");
        AssertRefused([255, 255, 255, 255, 255, 255, 255, 255, 1], "header would have");
        AssertRefused([100, 0, 0, 0, 0, 0, 0, 0, 1], "truncated");
        AssertRefused([0, 0, 0, 0, 0, 0, 0, 0], "begin with '{'");
        AssertRefused([.. "PK\u0003\u0004"u8, 1, 2, 3, 4, 5], "PyTorch pickle");
        AssertRefused([0x80, 2, (byte)'}', (byte)'q', 0, (byte)'(', (byte)'X', 9, 9], "PyTorch pickle");
        AssertRefused([.. "version https://git-lfs.github.com/spec/v1\n"u8], "git lfs pull");
        AssertRefused(SafetensorsBytes.Framed([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']), "UTF-8");
        AssertRefused(SafetensorsBytes.Sound()[..^1], "truncated");
        AssertRefused([.. SafetensorsBytes.Sound(), 0], "end at byte");
    }

    [TestMethod]
    public void RandomDamageNeverCausesAnythingButInvalidData()
    {
        var random = new Random(1);
        var sound = SafetensorsBytes.Sound();
        for (var i = 0; i < 600; i++)
        {
            var damaged = (byte[])sound.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (i % 5 == 0) damaged = damaged[..random.Next(damaged.Length)];
            try
            {
                using var file = SafetensorsFile.FromBytes(damaged, "damaged");
                foreach (var name in file.Tensors.Keys) file.Load(name).Dispose();
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("damaged", e.Message);
            }
        }
    }

    private static void AssertRefused(byte[] content, string reason)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsFile.FromBytes(content, "bad.safetensors"));
        Assert.Contains(reason, error.Message);
        Assert.Contains("bad.safetensors", error.Message);

        using var folder = new TemporaryFolder();
        var path = folder.Write("bad.safetensors", content);
        Assert.Contains(reason, Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }
}
