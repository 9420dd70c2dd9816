using System.Collections.Concurrent;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp.Interop;

/// <summary>Calls an operator of libtorch by its schema name, "add.Tensor" for aten::add with overload Tensor.</summary>
internal static unsafe class Aten
{
    private const int StackWords = 128;
    private static readonly ConcurrentDictionary<string, nint> operators = new();

    /// <summary>The single tensor that the operator returns.</summary>
    internal static Tensor Call(string name, params ReadOnlySpan<Argument> arguments)
    {
        Invoke(name, arguments, out var results);
        return new Tensor((nint)results[0].Bits);
    }

    internal static (Tensor, Tensor) Pair(string name, params ReadOnlySpan<Argument> arguments)
    {
        Invoke(name, arguments, out var results);
        return (new Tensor((nint)results[0].Bits), new Tensor((nint)results[1].Bits));
    }

    internal static (Tensor, Tensor, Tensor) Triple(string name, params ReadOnlySpan<Argument> arguments)
    {
        Invoke(name, arguments, out var results);
        return (new Tensor((nint)results[0].Bits), new Tensor((nint)results[1].Bits), new Tensor((nint)results[2].Bits));
    }

    internal static Tensor[] List(string name, params ReadOnlySpan<Argument> arguments)
    {
        var tensors = new Tensor[Invoke(name, arguments, out var results)];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = new Tensor((nint)results[i].Bits);
        return tensors;
    }

    internal static bool Is(string name, params ReadOnlySpan<Argument> arguments)
    {
        Invoke(name, arguments, out var results);
        return results[0].Bits != 0;
    }

    internal static Scalar Number(string name, params ReadOnlySpan<Argument> arguments)
    {
        Invoke(name, arguments, out var results);
        return results[0].Kind switch
        {
            ArgumentKind.Double => BitConverter.Int64BitsToDouble(results[0].Bits),
            ArgumentKind.Bool => results[0].Bits != 0,
            _ => results[0].Bits,
        };
    }

    /// <summary>Runs an operator for its effect.</summary>
    internal static void Run(string name, params ReadOnlySpan<Argument> arguments) => Invoke(Find(name), arguments, null);

    /// <summary>Whether this libtorch has the operator.</summary>
    internal static bool Has(string name) => Lookup(name) != 0;

    private static int Invoke(string name, ReadOnlySpan<Argument> arguments, out NativeValue* results)
    {
        NativeValue* returned;
        var count = Invoke(Find(name), arguments, &returned);
        results = returned;
        return count;
    }

    private static int Invoke(nint operation, ReadOnlySpan<Argument> arguments, NativeValue** results)
    {
        var words = 0;
        foreach (ref readonly var argument in arguments) words += Words(argument);
        Span<long> lists = words <= StackWords ? stackalloc long[words] : new long[words];
        var values = stackalloc NativeValue[arguments.Length];
        fixed (long* list = lists)
        {
            var next = list;
            for (var i = 0; i < arguments.Length; i++) next = Lay(arguments[i], values + i, next);
            var count = Shim.shim_call(operation, values, arguments.Length, results);
            foreach (ref readonly var argument in arguments) GC.KeepAlive(argument.Reference);
            return count < 0 ? throw Shim.LastError() : count;
        }
    }

    private static int Words(in Argument argument) => argument.Kind switch
    {
        ArgumentKind.IntList or ArgumentKind.TensorList or ArgumentKind.OptionalTensorList => (int)argument.Bits,
        ArgumentKind.String => (Encoding.UTF8.GetByteCount((string)argument.Reference!) + 7) / 8,
        _ => 0,
    };

    private static long* Lay(in Argument argument, NativeValue* value, long* list)
    {
        *value = new NativeValue { Kind = argument.Kind, Bits = argument.Bits };
        switch (argument.Kind)
        {
            case ArgumentKind.Tensor:
                if (argument.Reference is Tensor one) value->Bits = one.Handle;
                return list;
            case ArgumentKind.Generator:
                value->Bits = ((Generator)argument.Reference!).Handle;
                return list;
            case ArgumentKind.Device:
                value->Count = (int)((Device)argument.Reference!).type;
                return list;
            case ArgumentKind.IntList:
                var integers = (long[])argument.Reference!;
                integers.CopyTo(new Span<long>(list, integers.Length));
                return Take(value, list, integers.Length, integers.Length);
            case ArgumentKind.TensorList or ArgumentKind.OptionalTensorList:
                var tensors = (Tensor?[])argument.Reference!;
                for (var i = 0; i < tensors.Length; i++) list[i] = tensors[i] is { } tensor ? tensor.Handle : 0;
                return Take(value, list, tensors.Length, tensors.Length);
            case ArgumentKind.String:
                var text = (string)argument.Reference!;
                var words = Words(argument);
                var bytes = Encoding.UTF8.GetBytes(text, new Span<byte>(list, words * sizeof(long)));
                return Take(value, list, bytes, words);
            default:
                return list;
        }
    }

    private static long* Take(NativeValue* value, long* list, int count, int words)
    {
        value->Count = count;
        value->Bits = (long)list;
        return list + words;
    }

    private static nint Find(string name) => Lookup(name) is var found and not 0
        ? found
        : throw new NotSupportedException($"This libtorch ({Shim.Version}) has no operator aten::{name}.");

    private static nint Lookup(string name) => operators.GetOrAdd(name, static name =>
    {
        var dot = name.IndexOf('.');
        return dot < 0 ? Shim.shim_operator("aten::" + name, "") : Shim.shim_operator("aten::" + name[..dot], name[(dot + 1)..]);
    });
}
