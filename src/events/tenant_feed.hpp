// Where the followers of one tenant are, and who they are. Loop thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "remit/base/alarm.hpp"
#include "remit/base/tenant.hpp"
#include "remit/events/feed.hpp"

namespace remit::events {

class TenantFeed {
 public:
  explicit TenantFeed(Tenant whose) : tenant(whose) {}

  const Tenant tenant;
  std::int64_t last = 0;  ///< number that there is, as far as is known
  std::int64_t told = 0;  ///< up to where followers have been told
  bool is_reading = false;
  std::unordered_set<Alarm*> waiting;  ///< for a later number

  void add(Subscription& one) {
    place_of(one.filter()).insert(&one);
    ++followers_;
  }
  void remove(Subscription& one) {
    place_of(one.filter()).erase(&one);
    // An empty place of a resource that is followed no more would stay for ever.
    if (!one.filter().resource.empty()) forget_if_empty(by_resource_, one.filter().resource);
    if (!one.filter().user.empty()) forget_if_empty(by_user_, one.filter().user);
    --followers_;
  }
  [[nodiscard]] std::int64_t followers() const { return followers_; }

  /// Those who want it, among thousands who follow one resource or one user each.
  void tell(const outbox::Event& event) {
    told = event.sequence;
    EventText text;
    const auto tell_each = [&](const Subscriptions& place) {
      for (Subscription* one : place) one->tell(event, text);
    };
    tell_each(others_);
    if (const auto place = by_resource_.find(event.resource); place != by_resource_.end()) {
      tell_each(place->second);
    }
    if (const auto place = by_user_.find(event.user); place != by_user_.end()) {
      tell_each(place->second);
    }
  }

 private:
  using Subscriptions = std::unordered_set<Subscription*>;
  using Places = std::unordered_map<std::string, Subscriptions>;

  Subscriptions& place_of(const Filter& filter) {
    if (!filter.resource.empty()) return by_resource_[filter.resource];
    if (!filter.user.empty()) return by_user_[filter.user];
    return others_;
  }
  static void forget_if_empty(Places& places, const std::string& name) {
    const auto place = places.find(name);
    if (place != places.end() && place->second.empty()) places.erase(place);
  }

  Subscriptions others_;
  Places by_resource_;
  Places by_user_;
  std::int64_t followers_ = 0;
};

}  // namespace remit::events
