#include "provider/graph/logo_step.hpp"

#include "model/attributes.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

namespace regent::provider::graph {
namespace {

std::string base64_decoded(const std::string& text) {
    std::string bytes(text.size() / 4 * 3, '\0');
    const auto length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (length < 0) return {};
    const auto padding = text.size() - std::min(text.size(), text.find('='));
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

std::string content_type_of(const std::string& bytes) {
    if (bytes.rfind("GIF8", 0) == 0) return "image/gif";
    return bytes.rfind("\x89PNG", 0) == 0 ? "image/png" : "image/jpeg";
}

}  // namespace

StepOutcome write_logo(const StepContext& context) {
    const auto what = "set the logo of " + context.address();
    const auto it = context.step.values.find(model::path::logo);
    const auto* encoded = it == context.step.values.end() ? nullptr : it->second.find("bytes");
    const auto bytes = encoded == nullptr ? std::string{} : base64_decoded(encoded->text_or({}));
    if (bytes.empty() || context.object_id().empty()) return tl::unexpected(context.bug("its logo is not known"));
    const Patience patience{what, context.is_fresh(), context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        return context.client.put_file(fmt::format("/applications/{}/logo", context.object_id()), what, bytes,
                                       content_type_of(bytes));
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    return StepResult{};
}

}  // namespace regent::provider::graph
