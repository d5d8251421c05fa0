#pragma once

#include "source/manifest_source.hpp"

#include <filesystem>
#include <string>

namespace regent::source {

/// What sshd(8) calls StrictModes: whoever can write this file, or a folder above it, decides what is believed. So all
/// of them must belong to root or to us, and be writable by nobody else (sticky folders such as /tmp apart). `what`
/// begins the message: "the OpenPGP keyring".
[[nodiscard]] tl::expected<void, SourceError> check_trusted_file(const std::filesystem::path& path,
                                                                 const std::string& what);

}  // namespace regent::source
