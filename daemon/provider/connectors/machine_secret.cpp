#include "provider/connectors/machine_secret.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace regent::provider::connectors {
namespace {

constexpr std::streamsize max_bytes = 4096;

bool is_plain_name(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

}  // namespace

tl::expected<model::Secret, std::string> machine_secret(const std::string& name) {
    if (!is_plain_name(name)) return tl::unexpected(std::string("its name is none that a secret can have"));
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder == '\0') return tl::unexpected(std::string("$CREDENTIALS_DIRECTORY is not set"));
    const auto path = fmt::format("{}/connector.{}", folder, name);
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return tl::unexpected(fmt::format("there is no file {}", path));
    if ((status.st_mode & S_IROTH) != 0)
        return tl::unexpected(fmt::format("everybody on this machine can read {}", path));
    std::ifstream file(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(max_bytes) + 1, '\0');
    file.read(text.data(), max_bytes + 1);
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad() || text.size() > static_cast<std::size_t>(max_bytes))
        return tl::unexpected(fmt::format("{} cannot be read, or is no secret", path));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.empty()) return tl::unexpected(fmt::format("{} is empty", path));
    return model::Secret(std::move(text));
}

}  // namespace regent::provider::connectors
