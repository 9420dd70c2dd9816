using System.Reflection;

namespace Microsoft.ML;

/// <summary>
/// The assembly names that models record. ML.NET's own components are written under the names they have in the package, so that it
/// can read what is saved here; here all of them lie in this assembly.
/// </summary>
internal static class LoaderAssemblies
{
    public const string Data = "Microsoft.ML.Data, Version=1.0.0.0, Culture=neutral, PublicKeyToken=cc7b13ffcd2ddd51";

    public static Assembly Load(string name) =>
        new AssemblyName(name).Name == new AssemblyName(Data).Name ? typeof(LoaderAssemblies).Assembly : Assembly.Load(name);
}
