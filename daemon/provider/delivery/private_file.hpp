#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace regent::provider::delivery {

/// Where `path` may be written: its folder, opened, with every link on the way resolved and found to lie in one of
/// `folders`.
class AllowedFolder {
public:
    /// Closed when the folder may not be written to; problem() says why, as a sentence's end.
    template <typename Folders>
    AllowedFolder(const std::string& path, const Folders& folders) : AllowedFolder(path) {
        if (!real_folder_.empty())
            check(folders.empty(), [&] {
                for (const auto& folder : folders)
                    if (lies_in(folder)) return true;
                return false;
            }());
    }
    ~AllowedFolder();
    AllowedFolder(const AllowedFolder&) = delete;
    AllowedFolder& operator=(const AllowedFolder&) = delete;

    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }  ///< of the file in it
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    explicit AllowedFolder(const std::string& path);
    [[nodiscard]] bool lies_in(const std::string& folder) const;
    void check(bool none, bool allowed);

    int descriptor_ = -1;
    std::string path_, real_folder_, name_, problem_;
};

/// The whole of a small regular file; nothing when it is not there. `problem` is filled when it could not be read.
[[nodiscard]] std::optional<std::string> read_small_file(int folder, const std::string& name, std::string& problem);

/// What a file is to belong to; -1: leave it.
struct Ownership {
    int user = -1, group = -1;
    unsigned mode = 0600;
};

/// Writes `text` to a new file `name` in `folder`, on the disk when it returns. Empty when it worked, else why not.
[[nodiscard]] std::string write_new_file(int folder, const std::string& name, std::string_view text,
                                         const Ownership& ownership);
[[nodiscard]] std::string rename_file(int folder, const std::string& from, const std::string& to);
[[nodiscard]] std::string remove_file(int folder, const std::string& name);

/// What the system says of `error` (errno).
[[nodiscard]] std::string words_of(int error);

}  // namespace regent::provider::delivery
