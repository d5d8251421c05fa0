// Writes the samples of the status page as files, for a browser to look at. Usage: render_pages DIRECTORY

#include "service/page_samples.hpp"
#include "service/page_templates.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

using namespace regent::service;
using namespace regent::service::testing;

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: render_pages DIRECTORY\n";
        return 64;
    }
    const std::filesystem::path directory = argv[1];
    std::filesystem::create_directories(directory);
    const auto write = [&](const std::string& name, const std::string& text) {
        std::ofstream(directory / name, std::ios::binary) << text;
    };
    const auto page = [&](const std::string& name, const PageSample& sample, const std::string& target) {
        write(name + ".html", sample.page(target).body);
    };
    write("style.css", std::string(style_sheet));
    page("calm", calm_sample(), "/");
    page("busy", busy_sample(), "/");
    page("prod", busy_sample(), "/e/prod");
    page("dev", busy_sample(), "/e/dev");
    page("filtered", busy_sample(), "/e/prod?state=failing");
    page("object", busy_sample(), "/e/prod/Application/customer-portal");
    page("waiting", busy_sample(), "/e/prod/Connector/arm-mi");
    page("stale", stale_sample(), "/");
    page("empty", empty_sample(), "/");
    page("large", large_sample(2000), "/");
    page("lost", busy_sample(), "/e/nowhere");
    page("hostile", sample_with_text("\"><script>document.title='owned'</script><img src=x onerror=alert(1)>"), "/");
    page("hostile-object", sample_with_text("'><script>document.title='owned'</script>"),
         "/e/prod/Application/customer-portal");
}
