#pragma once

#include <catch2/catch.hpp>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

/// A folder of a test's own, gone with it.
struct Folder {
    std::filesystem::path path;

    Folder() {
        auto pattern = (std::filesystem::temp_directory_path() / "regent-store-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }

    [[nodiscard]] std::filesystem::path database() const { return path / "state" / "regent.db"; }
    [[nodiscard]] std::vector<std::string> names_in_state() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path / "state")) {
            names.push_back(entry.path().filename());
        }
        std::sort(names.begin(), names.end());
        return names;
    }
};

/// 2026-09-14T09:02:11Z
inline std::chrono::system_clock::time_point a_monday() {
    return std::chrono::system_clock::from_time_t(1789376531);
}

inline void write_file(const std::filesystem::path& file, const std::string& content) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}
