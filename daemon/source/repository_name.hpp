#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace regent::source {

/// What tells a repository from others: "github.com/contoso/registrations" of each address that git has for it, and the
/// absolute path of one on this machine. Never a user, password or token.
[[nodiscard]] std::string name_of_origin(std::string_view url);

/// The same of a folder that counts as a repository's root: by the remote `origin` of the git repository around it, or
/// the only remote there is, so that each clone has the same one wherever it lies; else its path, links not resolved.
[[nodiscard]] std::string name_of_folder(const std::filesystem::path& root);

/// The name of the folder `path` in the repository `name`.
[[nodiscard]] std::string name_within(std::string name, std::string_view path);

}  // namespace regent::source
