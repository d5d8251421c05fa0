#pragma once

#include "controller/tenant.hpp"
#include "model/risk.hpp"
#include "plan/planner.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace regent::cli {

enum class ColourChoice { automatic, always, never };

/// What every command accepts, before and after its name.
struct GlobalOptions {
    std::filesystem::path directory = ".";  ///< -C
    std::string environment;                ///< -e; may stay empty when the repository has one
    std::string output = "text";            ///< -o
    ColourChoice colour = ColourChoice::automatic;
    bool no_input = false;
    bool quiet = false;
    int verbose = 0;
    std::filesystem::path state_directory;  ///< --state-dir; empty: the default of state_file()
    controller::ConnectOptions connection;
    int parallel = 4;
};

struct ValidateOptions {
    std::vector<std::string> paths;
    bool strict = false;  ///< warnings count as errors
    bool offline = true;  ///< accepted for scripts: validate never uses the network
};

struct RenderOptions {
    bool show_origin = false;
    std::vector<std::string> select;  ///< KIND/NAME
};

struct PlanOptions {
    bool detailed_exitcode = false;
    std::filesystem::path out;
    bool show_unchanged = false;
    bool drift_only = false;
    std::vector<std::string> select;  ///< KIND/NAME; empty: everything
    std::optional<std::size_t> max_deletes;
    std::optional<model::Risk> fail_on_risk;
    std::filesystem::path machine_configuration;  ///< --config; empty: nothing of this machine is delivered to
};

struct ApplyOptions {
    std::filesystem::path plan_file;
    std::string expect_plan;
    bool yes = false;
    std::string confirm_delete;
    std::vector<std::string> select;  ///< KIND/NAME; empty: everything
    std::optional<std::size_t> max_deletes;
    std::optional<model::Risk> fail_on_risk;
    std::filesystem::path machine_configuration;    ///< as of plan
    std::optional<plan::RotationRequest> rotation;  ///< renew this one secret and do nothing else
};

struct ImportOptions {
    std::vector<std::string> app_ids, names, filters;
    bool all = false;
    std::vector<std::string> connectors;
    std::string environment_name;  ///< of Power Platform: an alias or an id
    std::string resource_group;    ///< of Azure: an alias or an id
    std::string out;               ///< folder; "-" is standard output; empty: a folder that only this environment reads
    std::string policy = "observe";
};

struct InitOptions {
    std::filesystem::path directory = ".";
    std::string ci = "github";
};

struct DaemonOptions {
    std::filesystem::path config = "/etc/regent/regent.yaml";
    std::filesystem::path socket;  ///< instead of the configuration's
    bool once = false;
};

struct ExplainTokenOptions {
    std::string file = "-";  ///< never the token itself
    bool live = false;
};

struct SchemaOptions {
    std::string kind;
    std::filesystem::path all;  ///< --all DIR
};

}  // namespace regent::cli
