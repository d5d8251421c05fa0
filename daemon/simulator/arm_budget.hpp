#pragma once

#include "simulator/http.hpp"
#include "simulator/values.hpp"

#include <map>
#include <optional>
#include <string>

namespace regent::simulator {

/// What one caller may ask of one subscription: a bucket of tokens each for reads, writes and deletes, refilled every
/// second.
/// https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
class ArmBudget {
public:
    struct Bucket {
        double size;
        double per_second;
    };

    /// Takes a token. Seconds to wait when there is none.
    [[nodiscard]] std::optional<long> take(const std::string& subscription, const std::string& caller,
                                           const std::string& method, Time now);
    /// Says how many are left, as the service does in every answer.
    void describe(Response& response, const std::string& subscription, const std::string& caller,
                  const std::string& method) const;

    Bucket reads{250, 25}, writes{200, 10}, deletes{200, 10};

private:
    struct Level {
        double tokens;
        Time at;
    };

    [[nodiscard]] const Bucket& bucket_of(const std::string& method) const;
    static const char* word_of(const std::string& method);
    static std::string key_of(const std::string& subscription, const std::string& caller, const std::string& method);

    std::map<std::string, Level> levels_;
};

}  // namespace regent::simulator
