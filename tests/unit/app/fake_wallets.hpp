// A database that has one wallet and one transaction, whatever is asked for.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "remit/wallets/movement_operations.hpp"
#include "remit/wallets/wallet_operations.hpp"
#include "support/fake_database.hpp"

namespace remit::app::test {

class FakeWallets {
 public:
  explicit FakeWallets(remit::test::FakeDatabase& database, Timestamp now) {
    using namespace wallets;
    Wallet alice;
    alice.id = 1;
    alice.user_id = alice.name = "alice";
    alice.balance = 500;
    alice.frozen_reason = "stolen";
    alice.created_at = alice.updated_at = now;
    Transfer hold;
    hold.from_user = "alice";
    hold.to_user = "bob";
    hold.amount = {100, Currency::USD};
    hold.status = kCancelled;
    hold.reason = kExpired;
    hold.is_hold = true;
    hold.delay_seconds = 60;
    hold.execute_at = hold.created_at = hold.updated_at = now;
    database.on<FindWallet>([=](const auto&) { return Result<std::optional<Wallet>>(alice); });
    database.on<FreezeWallet>([=](const auto&) { return Result<std::optional<Wallet>>(alice); });
    database.on<ListWallets>(
        [=](const auto&) { return Result<std::vector<Wallet>>(std::vector{alice, alice}); });
    database.on<DeleteWallet>([](const auto&) { return Result<bool>(true); });
    database.on<CancelTransaction>([](const auto&) { return Result<bool>(true); });
    database.on<FindTransfer>([=](const auto&) { return Result<std::optional<Transfer>>(hold); });
    database.on<ListTransfers>([=](const auto&) {
      return Result<std::optional<std::vector<Transfer>>>(std::vector{hold, hold});
    });
    database.on<CarryOutMovement>([](const MovementRequest& request) {
      return Result<MovementOutcome>(
          MovementOutcome{.answer = answer_to(request.movement), .due_in = {}});
    });
  }

 private:
  static idempotency::Answer answer_to(const wallets::Movement& movement) {
    static const std::string kTransaction =
        R"({"id":"7d3c2b1a-0f9e-4d8c-9b7a-6f5e4d3c2b1a","kind":"transfer","from_user_id":"alice",)"
        R"("to_user_id":"bob","amount":100,"currency":"USD","status":"RESERVED",)"
        R"("capture":"automatic","moved_amount":null,"delay_seconds":60,)"
        R"("execute_at":"2026-11-20T17:06:01Z","expires_at":null,"reason":null,)"
        R"("created_at":"2026-11-20T17:05:01Z","updated_at":"2026-11-20T17:05:01Z"})";
    static const std::string kWallet =
        R"({"user_id":"alice","name":"Alice","currency":"USD","balance":0,"reserved":0,)"
        R"("version":0,"frozen":false,"frozen_reason":null,"created_at":"2026-11-20T17:05:01Z",)"
        R"("updated_at":"2026-11-20T17:05:01Z"})";
    if (std::holds_alternative<wallets::OpenWallet>(movement)) {
      return {.status = 201, .body = kWallet, .resource_id = "alice", .location = "/wallets/alice"};
    }
    if (std::holds_alternative<wallets::CaptureHold>(movement)) {
      return {.status = 200, .body = kTransaction, .resource_id = "1", .location = {}};
    }
    const auto* const transfers = std::get_if<wallets::CreateTransfers>(&movement);
    if (transfers != nullptr && transfers->is_batch) {
      const std::string item = R"({"index":0,"status":201,"transaction":)" + kTransaction + "}";
      return {
          .status = 200, .body = R"({"data":[)" + item + "]}", .resource_id = {}, .location = {}};
    }
    return {.status = 201, .body = kTransaction, .resource_id = "1", .location = "/transactions/1"};
  }
};

}  // namespace remit::app::test
