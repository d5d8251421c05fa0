#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::interop {

struct RecordedRequest {
    std::size_t line = 0;  ///< from 1
    std::string method, host, target, body;
    std::vector<std::pair<std::string, std::string>> headers;
    int status_seen = 0;
};

/// Reads a file of recordings; throws std::runtime_error when there is none.
[[nodiscard]] std::vector<RecordedRequest> read_recording(const std::string& path);

/// Puts the simulator's ids in the place of those that a recorded client got from another server.
///
/// What an id names shows in where the recording uses it: behind `/applications/`, behind `appId eq`, and so on. The
/// first use of an unknown one of a kind is taken for the first object of that kind that the replay has been answered
/// and that no id is bound to yet; of applications, one whose display name the recording gives to that id goes first.
class RecordedIds {
public:
    explicit RecordedIds(const std::vector<RecordedRequest>& recording);

    /// Target or body with every known id replaced.
    [[nodiscard]] std::string translated(const std::string& text);
    /// Remembers what an answer of the simulator brought into being. `target` is the translated one.
    void learn(const std::string& method, const std::string& target, const nlohmann::json& answer);

private:
    enum class Kind { application, app_id, principal, credential, key };
    struct Candidate {
        Kind kind;
        std::string id;
        std::string hint;  ///< display name of an application; the application of a federated credential
        bool bound = false;
    };
    [[nodiscard]] std::optional<Kind> kind_of(const std::string& id) const;
    std::string bind(const std::string& id, Kind kind, const std::string& parent);
    void offer(Kind kind, const std::string& id, const std::string& hint = {});

    std::map<std::string, Kind> kinds_;                   ///< by recorded id
    std::map<std::string, std::set<std::string>> names_;  ///< display names by recorded id of an application
    std::map<std::string, std::string> parents_;          ///< recorded application by recorded credential
    std::map<std::string, std::string> bound_;            ///< the simulator's id by recorded id
    std::vector<Candidate> candidates_;
};

}  // namespace regent::interop
