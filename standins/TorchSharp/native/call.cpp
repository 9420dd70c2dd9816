// Calls any ATen operator by name through libtorch's dispatcher, so that autograd, type promotion and
// device choice are all libtorch's. Arguments that are left out take the defaults of the operator's schema.
#include "shim.h"

#include <memory>
#include <vector>

#include <ATen/core/Generator.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

using namespace shim;

namespace {

struct Operator {
    c10::OperatorHandle handle;
    std::vector<c10::IValue> defaults;
    std::vector<bool> is_float;
};

c10::IValue tensor_list(const Value& value) {
    auto items = static_cast<const at::Tensor* const*>(value.pointer);
    c10::List<at::Tensor> list;
    list.reserve(value.count);
    for (int32_t i = 0; i < value.count; i++) list.push_back(*items[i]);
    return list;
}

c10::IValue optional_tensor_list(const Value& value) {
    auto items = static_cast<const at::Tensor* const*>(value.pointer);
    c10::impl::GenericList list(c10::OptionalType::create(c10::TensorType::get()));
    list.reserve(value.count);
    for (int32_t i = 0; i < value.count; i++) list.push_back(items[i] ? c10::IValue(*items[i]) : c10::IValue());
    return list;
}

c10::IValue to_ivalue(const Value& value, const Operator& op, size_t at) {
    switch (value.kind) {
        case Kind::Default: return op.defaults[at];
        case Kind::None: return {};
        case Kind::Tensor: return *static_cast<const at::Tensor*>(value.pointer);
        case Kind::Int: return op.is_float[at] ? c10::IValue(static_cast<double>(value.integer)) : c10::IValue(value.integer);
        case Kind::Double: return value.real;
        case Kind::Bool: return value.integer != 0;
        case Kind::IntList: return c10::IntArrayRef(static_cast<const int64_t*>(value.pointer), value.count);
        case Kind::TensorList: return tensor_list(value);
        case Kind::OptionalTensorList: return optional_tensor_list(value);
        case Kind::String: return std::string(static_cast<const char*>(value.pointer), value.count);
        case Kind::Device:
            return c10::Device(static_cast<c10::DeviceType>(value.count), static_cast<c10::DeviceIndex>(value.integer));
        case Kind::Generator: return *static_cast<const at::Generator*>(value.pointer);
    }
    TORCH_CHECK(false, "unknown argument kind ", static_cast<int>(value.kind));
}

Value tensor_value(at::Tensor tensor) {
    Value value{Kind::Tensor, 0, {}};
    value.pointer = handle(std::move(tensor));
    return value;
}

void append(std::vector<Value>& results, c10::IValue&& from) {
    Value value{Kind::None, 0, {}};
    if (from.isTensor()) {
        value = tensor_value(std::move(from).toTensor());
    } else if (from.isTensorList()) {
        for (at::Tensor item : from.toTensorVector()) results.push_back(tensor_value(std::move(item)));
        return;
    } else if (from.isBool()) {
        value.kind = Kind::Bool;
        value.integer = from.toBool();
    } else if (from.isInt()) {
        value.kind = Kind::Int;
        value.integer = from.toInt();
    } else if (from.isDouble()) {
        value.kind = Kind::Double;
        value.real = from.toDouble();
    } else {
        TORCH_CHECK(from.isNone(), "unexpected result of type ", from.tagKind());
    }
    results.push_back(value);
}

}  // namespace

// An operator that is used for the whole life of the process; null where this libtorch has none of that name.
SHIM void* shim_operator(const char* name, const char* overload) {
    return guard<void*>(nullptr, [&]() -> void* {
        auto found = c10::Dispatcher::singleton().findSchema({name, overload});
        if (!found) {
            set_error((std::string("this libtorch has no operator ") + name + "." + overload).c_str());
            return nullptr;
        }
        auto op = std::make_unique<Operator>(Operator{*found, {}, {}});
        for (const auto& argument : found->schema().arguments()) {
            const auto& value = argument.default_value();
            op->defaults.push_back(value ? *value : c10::IValue());
            op->is_float.push_back(argument.type()->kind() == c10::TypeKind::FloatType);
        }
        return op.release();
    });
}

// Results stay valid until the thread's next call; `results` may be null when they are not wanted. Returns their number, or -1.
SHIM int32_t shim_call(const void* operation, const Value* arguments, int32_t count, const Value** results) {
    static thread_local std::vector<Value> returned;
    return guard<int32_t>(-1, [&] {
        const auto& op = *static_cast<const Operator*>(operation);
        TORCH_CHECK(static_cast<size_t>(count) <= op.defaults.size(), "too many arguments for ", op.handle.schema().name());
        std::vector<c10::IValue> stack;
        stack.reserve(op.defaults.size());
        for (int32_t i = 0; i < count; i++) stack.push_back(to_ivalue(arguments[i], op, i));
        for (size_t i = count; i < op.defaults.size(); i++) stack.push_back(op.defaults[i]);
        op.handle.callBoxed(stack);
        returned.clear();
        if (results == nullptr) return 0;
        for (auto& value : stack) append(returned, std::move(value));
        *results = returned.data();
        return static_cast<int32_t>(returned.size());
    });
}
