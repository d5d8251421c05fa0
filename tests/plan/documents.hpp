#pragma once

#include "model/attributes.hpp"
#include "model/declaration.hpp"
#include "model/environment.hpp"
#include "plan/desired_graph.hpp"
#include "plan/planner.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// Documents as the loader hands them to the planner, written in a line or two, each in a file of its own.
namespace regent::plan::testing {

using Time = std::chrono::system_clock::time_point;

/// When all tests take place.
inline constexpr Time today = Time(std::chrono::hours(24 * 20000));

[[nodiscard]] model::Address app(std::string name);
[[nodiscard]] model::Address con(std::string name);

/// One document under construction; converts to the Declaration it is.
class Document {
public:
    Document(std::string_view kind, const std::string& name);

    Document& set(std::string_view path, model::Value value);
    /// Declares a list: an empty one too, which then is to be empty.
    Document& list(std::string_view path, const model::List& elements);
    Document& credential(const std::string& name, model::Map value);
    /// A scope or a role; without `id` it gets the one that is there, or a derived one.
    Document& scope(const std::string& name, bool enabled = true, const std::string& title = "Title",
                    const std::string& id = {});
    Document& role(const std::string& name, bool enabled = true, const std::string& title = "Title",
                   const std::string& id = {});
    Document& secret(const std::string& name, int valid_days = 180, int rotate_days = 30);
    /// To be called after secret(): of the last one.
    Document& keeps_old(std::chrono::hours overlap);
    Document& delivered_to(const std::string& file);
    Document& adopts(const std::string& id);
    Document& is(model::ManagementPolicy policy);
    Document& ignores(const std::string& path);
    Document& prevents_delete();
    Document& allows_replacement();
    Document& on_removal(model::OnRemoval what);
    /// Of a connector: how it signs in.
    Document& by_managed_identity(const std::string& application);
    Document& by_secret(const std::string& application, const std::string& secret);

    model::Declaration declaration;
    operator model::Declaration() const { return declaration; }

private:
    model::Span next_span();
    void note_references(const model::Value& value, const std::string& field);
    void sign_in(const std::string& application);
    std::size_t line_ = 1;
};

[[nodiscard]] Document application(const std::string& name);
[[nodiscard]] Document connector(const std::string& name);
[[nodiscard]] Document redirect_uri(const std::string& name, const std::string& application, model::Value uri,
                                    std::string_view path = model::path::redirect_uris_web);
[[nodiscard]] Document federated_credential(const std::string& name, const std::string& application, model::Map value);

[[nodiscard]] model::Value url_of(const std::string& connector);
[[nodiscard]] model::Value app_id_of(const std::string& application, std::string prefix = {});
[[nodiscard]] model::Map identity_of(const std::string& connector);
[[nodiscard]] model::Map trust(const std::string& issuer, const std::string& subject);
[[nodiscard]] model::Map permission(const std::string& name, const std::string& type = "delegated");

/// Of an application that documents declare.
[[nodiscard]] model::Map permission_at(const std::string& application, const std::string& name,
                                       const std::string& type = "delegated");
[[nodiscard]] model::Map pre_authorized(model::Value client, const std::string& scope);

/// The API whose permissions documents of these tests ask for.
inline constexpr std::string_view api = "00000003-0000-0000-c000-000000000000";

[[nodiscard]] model::Environment environment();
/// The graph of documents that hold no error; fails the test when they do.
[[nodiscard]] DesiredGraph graph_of(const std::vector<model::Declaration>& documents,
                                    const model::Environment& in = environment());

}  // namespace regent::plan::testing
