// One source of exchange rates over HTTP (docs/providers.md). Loop thread; owned by ProviderSet.
#pragma once

#include <memory>
#include <string>

#include "remit/net/client.hpp"
#include "remit/providers/reports.hpp"

namespace remit::providers {

class RatesClient final : public RateSource {
 public:
  RatesClient(std::string name, std::unique_ptr<net::Client> client, Duration timeout)
      : name_(std::move(name)), client_(std::move(client)), timeout_(timeout) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  /// Waits at most `timeout`, and at most the source's configured timeout.
  Task<Result<RateReading>> read(Currency from, Currency to, Duration timeout) override;
  void close() { client_->close(); }
  [[nodiscard]] net::PoolUse pool_use() const { return client_->pool_use(); }

 private:
  std::string name_;
  std::unique_ptr<net::Client> client_;
  Duration timeout_;
};

}  // namespace remit::providers
