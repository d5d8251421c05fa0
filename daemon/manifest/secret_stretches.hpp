#pragma once

#include "manifest/document.hpp"
#include "manifest/secret_shapes.hpp"
#include "model/diagnostic.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// What stands in the place of a secret.
inline constexpr std::string_view secret_mask = "***";

/// Where a file may hold secrets: a person who writes one into a manifest is told so, and what tells it (a terminal,
/// the log of a pipeline, a comment on a pull request) is read by more people than the file.
///
/// Goes by the text, line by line, and not by the document: a file that is no YAML is quoted as well. Judges by the
/// names of keys (`password:`, and what stands below and behind it) and by the form of values; in doubt a value is
/// hidden, its key never.
class SecretStretches {
public:
    /// What becomes of values of which neither key nor form tells for sure.
    enum class Doubt { hidden, shown };
    explicit SecretStretches(std::string_view text, Doubt doubt = Doubt::hidden);

    /// From left to right, without touching each other.
    [[nodiscard]] const std::vector<Stretch>& in_line(std::size_t number) const;

private:
    std::map<std::size_t, std::vector<Stretch>> lines_;
};

/// Of several files, each looked through when it is first asked for. Keeps a view of `sources`.
class HiddenSecrets {
public:
    explicit HiddenSecrets(const std::vector<SourceText>& sources) : sources_(sources) {}
    [[nodiscard]] const SecretStretches& of(const std::string& file) const;

private:
    const std::vector<SourceText>& sources_;
    mutable std::map<std::string, SecretStretches> looked_through_;
};

/// A line with `***` in place of secrets.
struct MaskedLine {
    std::string text;
    std::vector<Stretch> stretches;  ///< of the line as it was

    MaskedLine(std::string_view line, const std::vector<Stretch>& secrets);
    /// Where a byte of the line stands in `text`.
    [[nodiscard]] std::size_t offset_of(std::size_t byte) const;
};

/// The YAML text `document` with `***` in place of secrets. It is printed for its values, so those in doubt are shown.
[[nodiscard]] std::string without_secrets(std::string_view document);

/// Takes secrets of the quoted lines, and whatever has the form of one, out of the sentences of `diagnostics`.
void hide_secrets(model::Diagnostics& diagnostics, const std::vector<SourceText>& sources);

}  // namespace regent::manifest
