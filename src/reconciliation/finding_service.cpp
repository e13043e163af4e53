#include "remit/reconciliation/finding_service.hpp"

namespace remit::reconciliation {

Task<Result<Finding>> FindingService::find(Tenant tenant, Uuid id) {
  const FindFinding::Input input{.tenant = tenant, .id = id};
  Result<std::optional<Finding>> found = co_await database_.run<FindFinding>(input);
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(kFindingNotFound, "there is no finding " + id.to_string());
  co_return **std::move(found);
}

}  // namespace remit::reconciliation
