#include "net/secret.hpp"

#include <openssl/crypto.h>

namespace regent::net {

// A moved-from string may keep its bytes: short ones live inside the object.
Secret::Secret(std::string&& text) : text_(std::move(text)) {
    wipe(text);
}

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
    wipe(other.text_);
}

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) {
        wipe(text_);
        text_ = other.text_;
    }
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe(text_);
        text_ = std::move(other.text_);
        wipe(other.text_);
    }
    return *this;
}

void Secret::wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace regent::net
