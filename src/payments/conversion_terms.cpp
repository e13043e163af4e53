#include "remit/payments/conversion_terms.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <typeinfo>

#include "remit/net/json_writer.hpp"

namespace remit::payments {
namespace {

Money read_amount(const nlohmann::json& terms, const char* name, Currency currency) {
  const auto member = terms.find(name);
  if (member == terms.end() || !member->is_number_integer() || *member < 0) {
    throw std::runtime_error("its terms have no amount " + std::string(name));
  }
  return {member->get<std::int64_t>(), currency};
}

std::string read_shown(const nlohmann::json& terms) {
  const auto member = terms.find("shown");
  if (member == terms.end() || !member->is_string()) {
    throw std::runtime_error("its terms do not say what is shown of them");
  }
  return member->get<std::string>();
}

}  // namespace

std::string ConversionTerms::document() const {
  net::JsonWriter json;
  json.begin_object()
      .member("platform_fee", platform_fee.minor)
      .member("rounding", rounding.minor)
      .member("shown", shown)
      .end_object();
  return json.take();
}

std::shared_ptr<const engine::Terms> read_conversion_terms(std::string_view document,
                                                           Currency currency) {
  const nlohmann::json terms = nlohmann::json::parse(document);
  if (!terms.is_object()) throw std::runtime_error("its terms are no object");
  return std::make_shared<ConversionTerms>(read_amount(terms, "platform_fee", currency),
                                           read_amount(terms, "rounding", currency),
                                           read_shown(terms));
}

const ConversionTerms& terms_of(const engine::Saga& saga) {
  if (!saga.terms) throw std::bad_cast();
  return dynamic_cast<const ConversionTerms&>(*saga.terms);
}

}  // namespace remit::payments
