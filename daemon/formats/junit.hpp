#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace regent::formats {

/// One thing that was looked at, in the words of test reports: good, bad, or not judged.
struct JunitCase {
    std::string name;       ///< "Application/portal"
    std::string classname;  ///< what groups cases in a viewer: the file
    std::string file;
    std::size_t line = 0;
    enum class State { passed, failed, skipped } state = State::passed;
    std::string type;     ///< of a failure: "drift", "RG0204"
    std::string message;  ///< one line
    std::string text;     ///< the whole, as on a terminal without colours
    std::string output;   ///< what was said beside, whatever the state: warnings
};

/// The part of JUnit's XML that CI systems read. https://github.com/testmoapp/junitxml
[[nodiscard]] std::string write_junit(const std::string& suite, const std::vector<JunitCase>& cases);

/// `text` as XML or HTML shows it literally, inside an element or a quoted attribute. Characters that XML does not have
/// become U+FFFD.
[[nodiscard]] std::string escaped_markup(std::string_view text);

}  // namespace regent::formats
