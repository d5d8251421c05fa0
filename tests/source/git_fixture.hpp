#pragma once

#include "source/source_watch.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace regent::source {

/// A folder of its own, removed at the end.
class Folder {
public:
    explicit Folder(const std::filesystem::path& in = std::filesystem::temp_directory_path()) {
        std::string pattern = (in / "regent-source-XXXXXX").string();
        path_ = std::filesystem::canonical(::mkdtemp(pattern.data()));
    }
    ~Folder() {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << text;
    }

private:
    std::filesystem::path path_;
};

/// Runs a line of shell; its output, without the last newline.
inline std::string shell(const std::string& line) {
    std::string output;
    auto* pipe = ::popen(("{ " + line + "\n} 2>&1").c_str(), "re");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> buffer;
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), count);
    const int status = ::pclose(pipe);
    INFO(line);
    INFO(output);
    REQUIRE(status == 0);
    while (!output.empty() && output.back() == '\n') output.pop_back();
    return output;
}

/// A developer's repository with a work tree.
class Repository {
public:
    explicit Repository(std::filesystem::path path) : path_(std::move(path)) {
        std::filesystem::create_directories(path_);
        git("init -q -b main");
    }

    const std::filesystem::path& path() const { return path_; }
    std::string git(const std::string& arguments) const {
        return shell("git -C " + path_.string() +
                     " -c user.name='Bob Builder' -c user.email=bob@contoso.example -c commit.gpgsign=false "
                     "-c protocol.file.allow=always -c safe.directory='*' " +
                     arguments);
    }
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << text;
    }
    /// Commits everything; the commit's id.
    std::string commit(const std::string& subject) const {
        git("add -A && git -C " + path_.string() +
            " -c user.name='Bob Builder' -c user.email=bob@contoso.example commit -q --allow-empty -m '" + subject +
            "'");
        return git("rev-parse HEAD");
    }

private:
    std::filesystem::path path_;
};

/// The tests' own program for fetching.
inline FetchProgram fetch_program() {
    return {REGENT_BINARY_DIR "/bin/source_fetch", {}};
}

inline GitLocation location_of(const std::string& url, const std::filesystem::path& own) {
    GitLocation location;
    location.url = url;
    location.branch = "main";
    location.repository = own;
    location.timeout = std::chrono::seconds(30);
    return location;
}

inline const std::atomic<bool> never{false};

inline SourceState look(ChangingSource& source) {
    auto state = source.look(never);
    INFO((state ? "" : state.error().message + " / " + state.error().help));
    REQUIRE(state);
    return std::move(*state);
}

inline std::string refusal(ChangingSource& source) {
    const auto state = source.look(never);
    REQUIRE_FALSE(state);
    return state.error().message + " / " + state.error().help;
}

inline std::vector<std::string> names(const ManifestSet& set) {
    std::vector<std::string> list;
    for (const auto& file : set.files) list.push_back(file.path);
    return list;
}

}  // namespace regent::source
