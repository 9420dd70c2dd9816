// What every file of the shim shares: the exported types and how an exception becomes an error text.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include <ATen/core/Tensor.h>

#define SHIM extern "C" __attribute__((visibility("default")))

namespace shim {

enum class Kind : int32_t {
    Default, None, Tensor, Int, Double, Bool, IntList, TensorList, OptionalTensorList, String, Device, Generator
};

// One argument or result. Lists, strings and devices keep their length, or the device's type, in `count`.
struct Value {
    Kind kind;
    int32_t count;
    union {
        int64_t integer;
        double real;
        const void* pointer;
    };
};

void set_error(const char* text);

// Runs `body`; an exception is kept for shim_error and `failed` is returned instead.
template <typename R, typename F>
R guard(R failed, F body) noexcept {
    try {
        return body();
    } catch (const c10::Error& e) {
        set_error(e.what_without_backtrace());
    } catch (const std::exception& e) {
        set_error(e.what());
    } catch (...) {
        set_error("an unknown native exception");
    }
    return failed;
}

inline at::Tensor* handle(at::Tensor tensor) {
    return tensor.defined() ? new at::Tensor(std::move(tensor)) : nullptr;
}

}  // namespace shim
