using static TorchSharp.torch;

namespace TorchSharp.Modules;

// Its modules are not registered: it walks its own list. As in 0.102.7, its own training flag never changes.
public partial class Sequential
{
    private IEnumerable<(string Name, nn.Module Module)> Named => _names.Zip(_modules.Cast<nn.Module>());

    public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
    {
        if (!recurse) yield break;
        var seen = new HashSet<nint> { 0 };
        foreach (var (own, module) in Named)
            foreach (var (below, parameter) in module.named_parameters())
                if (seen.Add(parameter.handle)) yield return ($"{own}.{below}", parameter);
    }

    public override IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_persistent = true)
    {
        if (!recurse) yield break;
        var seen = new HashSet<nint> { 0 };
        foreach (var (own, module) in Named)
            foreach (var (below, buffer) in module.named_buffers(true, include_persistent))
                if (seen.Add(buffer.handle)) yield return ($"{own}.{below}", buffer);
    }

    public override IEnumerable<(string name, nn.Module module)> named_children() => Named;

    public override IEnumerable<(string name, nn.Module module)> named_modules()
    {
        foreach (var child in Named) yield return child;
        foreach (var (own, module) in Named)
            foreach (var (below, one) in module.named_modules()) yield return ($"{own}.{below}", one);
    }

    public override nn.Module apply(Action<nn.Module> fn)
    {
        foreach (var (_, module) in Named) module.apply(fn);
        fn(this);
        return this;
    }

    public override void train(bool on = true)
    {
        foreach (var (_, module) in Named) module.train(on);
    }

    public override void eval()
    {
        foreach (var (_, module) in Named) module.eval();
    }

    protected internal override nn.Module _to(ScalarType dtype, bool non_blocking)
    {
        foreach (var (_, module) in Named) module._to(dtype, non_blocking);
        return this;
    }

    protected internal override nn.Module _to(Device device, ScalarType dtype, bool non_blocking)
    {
        foreach (var (_, module) in Named) module._to(device, dtype, non_blocking);
        return this;
    }

    protected internal override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
    {
        foreach (var (_, module) in Named) module._to(deviceType, deviceIndex, non_blocking);
        return this;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var (_, module) in Named) module.Dispose();
        base.Dispose(disposing);
    }
}
