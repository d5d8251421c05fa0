#pragma once

#include <iosfwd>
#include <string>
#include <utility>

namespace regent::net {

/// A text that is handed on and never shown: no operator prints it, no formatter takes it, two cannot be compared, and
/// its memory is wiped when it goes. `reveal()` is the one way to the text, so that a reader of the code can search for
/// it.
class Secret {
public:
    Secret() = default;
    /// Takes the text over and leaves nothing of it behind in `text`.
    explicit Secret(std::string&& text);
    /// Copies: the caller's own text is the caller's to wipe.
    [[nodiscard]] static Secret copy_of(const std::string& text) { return Secret(std::string(text)); }
    Secret(const Secret& other) = default;
    Secret& operator=(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { wipe(text_); }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

    /// Overwrites the whole buffer of `text`, its unused end included, and empties it. The compiler may not leave it
    /// out.
    static void wipe(std::string& text) noexcept;

    friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

private:
    std::string text_;
};

}  // namespace regent::net
