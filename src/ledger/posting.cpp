#include "remit/ledger/posting.hpp"

namespace remit::ledger {

std::vector<Posting> mirror(const std::vector<Posting>& postings) {
  std::vector<Posting> mirrored;
  mirrored.reserve(postings.size());
  for (const Posting& posting : postings) {
    mirrored.push_back({.kind = posting.kind + "_reversed",
                        .debit_account = posting.credit_account,
                        .credit_account = posting.debit_account,
                        .amount = posting.amount});
  }
  return mirrored;
}

std::string provider_fees(std::string_view kind, std::string_view provider) {
  return "fees:" + std::string(kind) + ":" + std::string(provider);
}

std::string processor_account(std::string_view provider) {
  return "processor:" + std::string(provider);
}

}  // namespace remit::ledger
