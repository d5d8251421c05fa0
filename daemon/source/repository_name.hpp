#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace regent::source {

/// What tells a repository from others: "github.com/contoso/registrations" of each address that git has for it, and the
/// absolute path of one on this machine. Never a user, password or token.
[[nodiscard]] std::string name_of_origin(std::string_view url);

/// The same of a folder that counts as a repository's root: by the remote `origin` of the git repository around it,
/// else its first remote by name, so that each clone has the same one wherever it lies; without a remote or a
/// repository its path, links not resolved. Empty where there is a repository that cannot be read: other repositories
/// may lie at the same path, one after the other (a container's mount), and must not count as one.
[[nodiscard]] std::string name_of_folder(const std::filesystem::path& root);

/// The name of the folder `path` in the repository `name`.
[[nodiscard]] std::string name_within(std::string name, std::string_view path);

}  // namespace regent::source
