// Two instances behind a proxy, wallets, and clients that ask again under the same key until they
// are told what came of it. Main thread; `ask` on any.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "faults/crash/figures.hpp"
#include "faults/fault_test.hpp"
#include "support/database_proxy.hpp"
#include "support/wallet_books.hpp"

namespace remit::test {

class WalletCrashTest : public FaultTest {
 protected:
  void SetUp() override {
    config = remit_config(world, proxy.url_through(database), "600ms");
    for (std::size_t i = 0; i < instances.size(); ++i) start(i);
    for (const char* user : {"alice", "bob"}) {
      const Json wallet = {{"user_id", user}, {"currency", "USD"}, {"opening_balance", 1'000'000}};
      ASSERT_EQ(ask("POST", "/wallets", wallet).status, 201);
    }
  }

  void start(std::size_t index) {
    instances[index].emplace(config, quick_leases());
    addresses.set(index, instances[index]->api());
  }

  /// Until there is an answer that is about the request.
  HttpAnswer ask(const std::string& method, const std::string& path, const Json& body = {},
                 std::size_t first = 0) const {
    const HttpHeaders headers = {{"Idempotency-Key", fresh_key()}};
    std::optional<HttpAnswer> answer;
    std::size_t turn = first;
    const bool is_told = eventually([&] {
      const std::string text = body.is_null() ? "" : body.dump();
      answer = addresses.at(turn++).attempt(method, path, text, headers);
      return answer && is_definite(*answer);
    });
    EXPECT_TRUE(is_told) << method << " " << path;
    return answer.value_or(HttpAnswer());
  }

  /// The id of a transaction that was taken.
  std::string send(const Json& more = {}, std::int64_t amount = 10) const {
    Json body = {{"from_user_id", "alice"}, {"to_user_id", "bob"}, {"amount", amount}};
    body.update(more.is_null() ? Json::object() : more);
    const HttpAnswer answer = ask("POST", "/transactions", body);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.json().value("id", "");
  }
  std::string hold(std::int64_t seconds = 3'600) const {
    return send({{"capture", "manual"}, {"expires_in_seconds", seconds}});
  }

  bool all_is_settled() {
    return sql("SELECT count(*) FROM wallet_due WHERE due_at <= now()") == "0";
  }

  std::optional<std::size_t> dead_one() {
    for (std::size_t i = 0; i < instances.size(); ++i) {
      if (!instances[i]->process().is_running()) return i;
    }
    return std::nullopt;
  }

  /// One story, of wallets, transactions and events.
  void expect_whole_books() {
    PostgresSession session(database);
    EXPECT_EQ(wallet_differences(session), "");
    EXPECT_EQ(wallet_event_differences(session), "");
  }

  DatabaseProxy proxy{PostgresCluster::shared().socket_folder()};
  Addresses addresses;
  std::array<std::optional<RemitProcess>, 2> instances;
  Figures figures;
};

}  // namespace remit::test
