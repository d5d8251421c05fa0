// bench-manifests ENVIRONMENT_FILE FOLDER ROUNDS: what reading manifests the strict way costs beside plain yaml-cpp.
//
// The files are in memory before any clock starts. The ways take turns, so that a machine that slows down slows all of
// them.

#include "manifest/loader.hpp"
#include "manifest/substitution.hpp"
#include "manifest/yaml_reader.hpp"

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace regent;

manifest::SourceText read_file(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return {(path.parent_path().filename() / path.filename()).string(), text.str()};
}

void require_clean(const model::Diagnostics& diagnostics) {
    if (!diagnostics.empty()) throw std::runtime_error(diagnostics.front().code + ": " + diagnostics.front().message);
}

std::size_t parse_plainly(const std::vector<manifest::SourceText>& files) {
    std::size_t documents = 0;
    for (const auto& file : files) documents += YAML::LoadAll(file.text).size();
    return documents;
}

std::vector<manifest::Document> read_strictly(const std::vector<manifest::SourceText>& files) {
    std::vector<manifest::Document> documents;
    for (const auto& file : files) {
        auto read = manifest::read_yaml(file);
        require_clean(read.diagnostics);
        for (auto& document : read.documents) documents.push_back(std::move(document));
    }
    return documents;
}

std::size_t validate(const std::vector<manifest::SourceText>& files, const manifest::EnvironmentResult& environment) {
    auto documents = read_strictly(files);
    for (auto& document : documents) require_clean(manifest::substitute(document, environment.variables));
    const auto loaded =
        manifest::load(documents, {*environment.environment, [](const std::string& path) {
                                       return tl::expected<std::string, std::string>(tl::unexpect, path);
                                   }});
    require_clean(loaded.diagnostics);
    return loaded.declarations.size();
}

template <typename Work>
double seconds(std::size_t expected, Work&& work) {
    const auto begin = std::chrono::steady_clock::now();
    const auto documents = work();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    if (documents != expected) throw std::runtime_error(std::to_string(documents) + " documents were read");
    return taken.count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench-manifests ENVIRONMENT_FILE FOLDER ROUNDS\n";
        return 64;
    }
    try {
        auto environment_text = manifest::read_yaml(read_file(argv[1]));
        require_clean(environment_text.diagnostics);
        const auto environment = manifest::load_environment(environment_text.documents.at(0));
        require_clean(environment.diagnostics);
        std::vector<manifest::SourceText> files;
        for (const auto& entry : std::filesystem::directory_iterator(argv[2])) files.push_back(read_file(entry.path()));
        std::vector<double> plain, strict, whole;
        for (auto round = std::stoul(argv[3]); round > 0; --round) {
            plain.push_back(seconds(files.size(), [&] { return parse_plainly(files); }));
            strict.push_back(seconds(files.size(), [&] { return read_strictly(files).size(); }));
            whole.push_back(seconds(files.size(), [&] { return validate(files, environment); }));
        }
        std::cout << nlohmann::json{{"files", files.size()},
                                    {"plain", median(plain)},
                                    {"strict", median(strict)},
                                    {"whole", median(whole)}}
                  << '\n';
    } catch (const std::exception& error) {
        std::cerr << "bench-manifests: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
