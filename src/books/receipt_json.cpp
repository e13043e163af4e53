#include "receipt_json.hpp"

#include "remit/ledger/entry.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::books {
namespace {

std::string_view status_of(const Receipt& receipt) {
  if (receipt.is_pending()) return "pending";
  if (!receipt.postings.empty()) return "proven";
  return receipt.follows ? "not_written" : "none";
}

void add_proof(net::JsonWriter& json, const std::optional<Proof>& proof) {
  if (!proof) {
    json.name("leaf_index").null().name("audit_path").null().name("checkpoint").null();
    return;
  }
  json.member("leaf_index", proof->leaf_index).name("audit_path").begin_array();
  for (const Digest& digest : proof->audit_path) json.string(to_hex(digest));
  json.end_array().raw_member("checkpoint", checkpoint_json(proof->checkpoint));
}

}  // namespace

std::string checkpoint_json(const Checkpoint& checkpoint) {
  net::JsonWriter json;
  json.begin_object()
      .member("checkpoint_id", checkpoint.id)
      .member("entries", 2 * checkpoint.postings)
      .member("postings", checkpoint.postings)
      .member("through_posting", std::to_string(checkpoint.through_posting))
      .member("merkle_root", to_hex(checkpoint.merkle_root))
      .member("previous_hash", to_hex(checkpoint.previous_hash))
      .member("root_hash", to_hex(checkpoint.root_hash))
      .member("created_at", to_rfc3339(checkpoint.created_at))
      .end_object();
  return json.take();
}

std::string receipt_json(std::string_view resource, const Receipt& receipt) {
  net::JsonWriter json;
  json.begin_object()
      .member("resource", resource)
      .member("status", status_of(receipt))
      .name("postings")
      .begin_array();
  for (const auto& [posting, proof] : receipt.postings) {
    json.begin_object()
        .member("posting_id", std::to_string(posting.posting_id))
        .name("entries")
        .begin_array()
        .string(ledger::entry_id(posting.posting_id, true))
        .string(ledger::entry_id(posting.posting_id, false))
        .end_array()
        .member("leaf", leaf_text(posting));
    add_proof(json, proof);
    json.end_object();
  }
  json.end_array().end_object();
  return json.take();
}

}  // namespace remit::books
