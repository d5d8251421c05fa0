#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace regent::model {

/// A value that is handed on and never shown: it has no printing operator and no formatter, compares only for
/// emptiness, and wipes its memory when it goes. `reveal()` is the one way to its text; a reader of the code can grep
/// for it.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { wipe(); }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

private:
    void wipe() noexcept;
    std::string text_;
};

}  // namespace regent::model
