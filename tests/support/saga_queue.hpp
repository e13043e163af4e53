// Changing sagas behind the service's back: their entries in the queue go with them.
#pragma once

#include <string>

namespace remit::test {

/// `change`, of due times or providers, with the queue as it follows from the sagas; one
/// transaction, which waits for those that are at work and keeps others out.
[[nodiscard]] inline std::string with_queue(const std::string& change) {
  return "BEGIN; LOCK TABLE saga IN EXCLUSIVE MODE; " + change +
         "; DELETE FROM saga_queue; "
         "INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id) "
         "SELECT bucket, kind, provider IS NOT NULL, due_at, tenant_id, saga_id "
         "FROM saga WHERE due_at IS NOT NULL; COMMIT";
}

}  // namespace remit::test
