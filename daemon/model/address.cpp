#include "model/address.hpp"

namespace regent::model {

std::string to_string(const Address& address) {
    return address.kind + "/" + address.name;
}

}  // namespace regent::model
