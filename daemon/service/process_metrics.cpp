#include "service/metrics_gauges.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace regent::service {
namespace {

/// Seconds since the epoch at which this machine started; 0 when unknown.
double boot_time() {
    std::ifstream file("/proc/stat");
    for (std::string word; file >> word;) {
        double value = 0;
        if (word == "btime" && file >> value) return value;
    }
    return 0;
}

double open_files() {
    double count = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
         entry.increment(error))
        ++count;
    return count > 0 ? count - 1 : 0;  // the folder itself is open while it is read
}

}  // namespace

std::vector<Family> process_families() {
    std::vector<Family> families;
    const auto add = [&](const char* name, const char* help, double value, bool counter = false) {
        families.push_back({name, help, counter, {{{}, value}}});
    };
    // proc(5): the name, in brackets, may hold anything; what follows its last bracket are numbers.
    std::ifstream file("/proc/self/stat");
    std::stringstream content;
    content << file.rdbuf();
    const auto text = content.str();
    const auto bracket = text.rfind(')');
    if (bracket != std::string::npos) {
        std::istringstream rest(text.substr(bracket + 1));
        std::string field;
        std::vector<double> fields;  // fields[0] is state, the third of proc(5)
        while (rest >> field) {
            char* end = nullptr;
            fields.push_back(std::strtod(field.c_str(), &end));
        }
        constexpr std::size_t utime = 11, stime = 12, threads = 17, start = 19, virtual_bytes = 20, resident = 21;
        if (fields.size() > resident) {
            const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
            add("process_cpu_seconds_total", "Time on processors", (fields[utime] + fields[stime]) / ticks, true);
            add("process_resident_memory_bytes", "Memory in use",
                fields[resident] * static_cast<double>(::sysconf(_SC_PAGESIZE)));
            add("process_virtual_memory_bytes", "Addresses in use", fields[virtual_bytes]);
            add("process_threads", "Threads", fields[threads]);
            if (const auto boot = boot_time(); boot > 0)
                add("process_start_time_seconds", "When the process began", boot + fields[start] / ticks);
        }
    }
    add("process_open_fds", "Open files and sockets", open_files());
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        add("process_max_fds", "Files and sockets that may be open", static_cast<double>(limit.rlim_cur));
    return families;
}

}  // namespace regent::service
