using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Data;

/// <summary>Calls a generic method for a type that is known only when the program runs.</summary>
internal static class Dispatch
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Calls the method of that name, of which there must be one, on an object (or, given a type, a static one).</summary>
    public static object Call(object target, string method, Type[] types, params object[] arguments)
    {
        var owner = target as Type ?? target.GetType();
        MethodInfo found = null;
        for (var t = owner; t != null && found == null; t = t.BaseType)
            found = t.GetMethods(Any | BindingFlags.DeclaredOnly).SingleOrDefault(m => m.Name == method && m.IsGenericMethodDefinition);
        try
        {
            return found.MakeGenericMethod(types).Invoke(found.IsStatic ? null : target, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException != null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }

    public static T Call<T>(object target, string method, Type type, params object[] arguments) =>
        (T)Call(target, method, [type], arguments);
}
