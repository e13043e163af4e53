// The end of a process, in order: leave the rotation, finish what is under way, close.
//
// Loop thread; once.
#pragma once

#include <vector>

#include "remit/app/routes.hpp"
#include "remit/app/services.hpp"
#include "remit/net/server.hpp"
#include "remit/providers/provider_set.hpp"
#include "remit/storage/postgres_database.hpp"
#include "webhooks.hpp"

namespace remit::app {

/// What has an end of its own.
struct Ending {
  Readiness& readiness;
  net::Server& server;
  net::Server* metrics_server = nullptr;
  std::vector<jobs::Job*> watches;  ///< that look at the database now and then
  Services& services;
  jobs::Job& keys;  ///< that keeps what is known of API keys current
  providers::ProviderSet& providers;
  Webhooks& webhooks;
  storage::PostgresDatabase& database;
};

/// Load balancers have `ready_drain` to notice `/readyz` and send the clients elsewhere; requests
/// and movements in progress have `drain_timeout`. False: something has not ended in time.
Task<bool> shut_down(Ending ending, jobs::Context context, Duration ready_drain,
                     Duration drain_timeout);

}  // namespace remit::app
