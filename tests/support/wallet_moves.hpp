// A transfer of alice's to bob that is made and settled. On the thread of its lanes' loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <string>
#include <utility>

#include "remit/storage/lanes.hpp"
#include "remit/wallets/movement_operations.hpp"
#include "remit/wallets/settle_operations.hpp"
#include "support/run_task.hpp"

namespace remit::test {

/// How many were ended.
inline std::int64_t move_and_settle(boost::asio::io_context& loop, storage::Lanes& lanes,
                                    Tenant tenant, UuidSource& ids) {
  wallets::MovementRequest request({.tenant = tenant,
                                    .key = ids.next().to_string(),
                                    .fingerprint = std::string(64, 'a'),
                                    .strict = false,
                                    .now = Timestamp{}});
  const wallets::NewTransfer wish{.id = make_id(ids.next(), tenant.home()),
                                  .from_user = "alice",
                                  .to_user = "bob",
                                  .amount = 1,
                                  .delay_seconds = 0};
  request.movement = wallets::CreateTransfers{.items = {wish}};
  run(loop, lanes.run<wallets::CarryOutMovement>(std::move(request))).value();
  return run(loop, lanes.run<wallets::SettleDue>({.bucket = tenant.home(), .limit = 9}))
      .value()
      .ended;
}

}  // namespace remit::test
