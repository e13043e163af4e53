#include "remit/storage/transaction.hpp"

#include <stdexcept>

#include "connection.hpp"

namespace remit::storage {

// No copy: the argument outlives the statement.
void Parameter::assign(const std::string& value) {
  if (value.find('\0') != std::string::npos) {
    throw std::invalid_argument("text for the database holds a NUL character");
  }
  text_ = value.c_str();
}

void Parameter::assign(const ArrayParameter& value) {
  if (value.is_binary()) {
    binary_ = value.content();
  } else {
    text_ = value.content().c_str();
  }
}

pqxx::result Transaction::execute_prepared(const Statement& statement,
                                           std::span<const Parameter> parameters) {
  try {
    pqxx::result result = connection_.run(statement, parameters);
    ++completed_;
    return result;
  } catch (...) {
    failed_statement_ = statement.name;
    throw;
  }
}

}  // namespace remit::storage
