// The right to work on one saga of a tenant. The destructor gives it back.
//
// Issued by a runner, which counts them in its AdmissionControl; a permit keeps its issuer alive.
// Of the issuer's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "remit/base/interface.hpp"
#include "remit/base/tenant.hpp"

namespace remit::load {

/// What a permit was given for.
enum class PermitKind : std::uint8_t {
  fresh,   ///< begun where it was accepted
  queued,  ///< claimed from the queue, without a provider so far
  routed,  ///< claimed with the provider that it has
};

class PermitIssuer : public Interface {
 public:
  virtual void take_back(PermitKind kind, TenantId tenant) = 0;
};

class Permit {
 public:
  Permit(std::shared_ptr<PermitIssuer> issuer, PermitKind kind, TenantId tenant)
      : issuer_(std::move(issuer)), kind_(kind), tenant_(tenant) {}
  Permit(Permit&&) noexcept = default;
  Permit& operator=(Permit&& other) noexcept {
    Permit taken(std::move(other));
    std::swap(issuer_, taken.issuer_);
    std::swap(kind_, taken.kind_);
    std::swap(tenant_, taken.tenant_);
    return *this;
  }
  ~Permit() {
    if (issuer_) issuer_->take_back(kind_, tenant_);
  }

 private:
  std::shared_ptr<PermitIssuer> issuer_;
  PermitKind kind_;
  TenantId tenant_;
};

}  // namespace remit::load
