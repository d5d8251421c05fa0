#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace regent::model {

/// A program that may be given secrets. Manifests call it by its name and say nothing else.
struct DeliveryCommand {
    std::string name;
    std::vector<std::string> run;  ///< absolute path and arguments; no shell
    std::chrono::seconds timeout{60};
};

/// What of this machine manifests may hand client secrets to. It is the machine's own configuration and never a
/// manifest's: whoever may commit must not be able to write files or run programs as the service.
struct LocalDelivery {
    std::vector<std::string> folders;
    std::vector<DeliveryCommand> commands;
    std::string records;  ///< folder: which secret each command was given last; empty: commands are not run
};

}  // namespace regent::model
