extern alias MLNetCore;

using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.Lora;
using Microsoft.ML.Runtime;
using MLNetCore::Microsoft.ML;
using ICancelable = MLNetCore::Microsoft.ML.Runtime.ICancelable;
using IHostEnvironmentInternal = MLNetCore::Microsoft.ML.Runtime.IHostEnvironmentInternal;
using LoadContext = MLNetCore::Microsoft.ML.ModelLoadContext;
using SaveContext = MLNetCore::Microsoft.ML.ModelSaveContext;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: LoadableClass(typeof(LoraFineTuneTransformer), null, typeof(SignatureLoadModel), "LoRA fine-tuned text classifier",
    LoraFineTuneTransformer.LoaderSignature)]

namespace Microsoft.ML.Lora
{
    /// <summary>
    /// The one place that reaches what is not public in ML.NET: the environment behind a catalog, schema shapes, and the model file.
    /// Types of Microsoft.ML.Core are compiled against a stub of that assembly; members of public types are reached by unsafe accessors.
    /// </summary>
    internal static class MLNetInternals
    {
        private const string ModelSignature = "LORATEXT";
        private const uint ModelVersion = 0x00010001;

        /// <summary>The environment that the trainers of a task share.</summary>
        public static IHostEnvironment Environment(TrainCatalogBase.CatalogInstantiatorBase trainers) => EnvironmentOf(OwnerOf(trainers));

        /// <summary>The environment that models are loaded into.</summary>
        public static IHostEnvironment Environment(ModelOperationsCatalog catalog) => EnvironmentOf(catalog);

        /// <summary>The seed given to the MLContext; null if none was.</summary>
        public static int? Seed(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.Seed;

        /// <summary>The GPU chosen on the MLContext; null if none was.</summary>
        public static int? GpuDeviceId(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

        /// <summary>Whether the MLContext says to go on without a GPU where the chosen one is missing.</summary>
        public static bool FallbackToCpu(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.FallbackToCpu ?? false;

        /// <summary>Whether the work of an environment has been cancelled, as AutoML does when its time is up.</summary>
        public static bool IsCanceled(IHostEnvironment environment) => environment is ICancelable { IsCanceled: true };

        /// <summary>What is known of a column before there is data.</summary>
        public static SchemaShape.Column Column(
            string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey, SchemaShape? annotations = null) =>
            NewColumn(name, kind, itemType, isKey, annotations);

        /// <summary>Writes into the model's header what it is and which class of this assembly reads it.</summary>
        public static void SetVersion(ModelSaveContext ctx, string loaderSignature)
        {
            var context = (SaveContext)(object)ctx;
            context.CheckAtModel();
            context.SetVersionInfo(Version(loaderSignature));
        }

        /// <summary>Checks that the model's header is that of a model this class can read.</summary>
        /// <exception cref="InvalidDataException">It is of another kind, or was written by a newer version that is not compatible.</exception>
        public static void CheckVersion(object ctx, string loaderSignature)
        {
            try
            {
                ((LoadContext)ctx).CheckAtModel(Version(loaderSignature));
            }
            catch (FormatException error)
            {
                throw new InvalidDataException($"The saved model is not one that {nameof(LoraFineTuneTransformer)} of this version reads: {error.Message}", error);
            }
        }

        /// <summary>Writes a file into the model's folder of the zip.</summary>
        public static void SaveEntry(ModelSaveContext ctx, string name, Action<Stream> write) =>
            ((SaveContext)(object)ctx).SaveBinaryStream(name, writer => write(writer.BaseStream));

        /// <summary>The bytes of a file in the model's folder of the zip; null if it is not there.</summary>
        public static byte[]? LoadEntry(object ctx, string name)
        {
            byte[]? content = null;
            ((LoadContext)ctx).TryLoadBinaryStream(name, reader => content = ReadToEnd(reader.BaseStream));
            return content;
        }

        private static byte[] ReadToEnd(Stream stream)
        {
            var content = new byte[checked((int)(stream.Length - stream.Position))];
            stream.ReadExactly(content);
            return content;
        }

        private static VersionInfo Version(string loaderSignature) => new(
            modelSignature: ModelSignature,
            verWrittenCur: ModelVersion,
            verReadableCur: ModelVersion,
            verWeCanReadBack: ModelVersion,
            loaderAssemblyName: Assembly.GetExecutingAssembly().GetName().Name!,
            loaderSignature: loaderSignature);

        [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
        private static extern SchemaShape.Column NewColumn(
            string name, SchemaShape.Column.VectorKind vecKind, DataViewType itemType, bool isKey, SchemaShape? annotations);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Owner")]
        private static extern TrainCatalogBase OwnerOf(TrainCatalogBase.CatalogInstantiatorBase trainers);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Environment")]
        private static extern IHostEnvironment EnvironmentOf(TrainCatalogBase catalog);

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_env")]
        private static extern ref IHostEnvironment EnvironmentOf(ModelOperationsCatalog catalog);
    }
}

namespace System.Runtime.CompilerServices
{
    /// <summary>The runtime then lets this assembly use what is internal in another; it looks the attribute up by this name.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        public string AssemblyName => assemblyName;
    }
}
