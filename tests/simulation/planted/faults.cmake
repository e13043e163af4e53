# Faults that a hurried change could make, one sentence each; see plant.cmake for how they are planted.
# Each must be found within SEEDS seeds. docs/reliability.md lists them.

# --- the exactly-once rule of a leg --------------------------------------------------------------------

planted_fault(elsewhere_after_timeout SEEDS 20
  FILE src/engine/saga_machine.cpp
  ABOUT "a submission without an answer is made at another provider at the first 404"
  REPLACE "} else if (time_open(leg, context) > Duration::zero()) {"
  WITH "} else if (!PLANTED && time_open(leg, context) > Duration::zero()) {")

planted_fault(unknown_is_refused SEEDS 20
  FILE src/engine/saga_machine.cpp
  ABOUT "no answer is taken for a refusal"
  REPLACE [=[    case Status::unknown:
      leg.state = LegState::asking;
      if (!outcome.answered) {]=]
  WITH [=[    case Status::unknown:
      if (PLANTED) {
        refuse_leg(at, outcome, context, policy);
        break;
      }
      leg.state = LegState::asking;
      if (!outcome.answered) {]=])

planted_fault(lost_transfer_is_freed SEEDS 150
  FILE src/engine/saga_machine.cpp
  ABOUT "an accepted transfer that its provider does not know for a while is made elsewhere"
  REPLACE [=[      if (leg.state == LegState::polling) {
        step.rest = backoff]=]
  WITH [=[      if (leg.state == LegState::polling && PLANTED) {
        free_unknown_leg(at, context, policy);
      } else if (leg.state == LegState::polling) {
        step.rest = backoff]=])

planted_fault(dead_owner_is_forgotten SEEDS 20
  FILE src/engine/saga_machine.cpp
  ABOUT "what a dead owner may have sent is sent again, to the provider that is cheapest now"
  REPLACE [=[    Leg& leg = saga.legs[index];
    leg.state = LegState::asking;]=]
  WITH [=[    Leg& leg = saga.legs[index];
    if (PLANTED) {
      leg.state = LegState::planned;
      leg.provider.clear();
      return saga;
    }
    leg.state = LegState::asking;]=])

planted_fault(new_operation_on_resubmission SEEDS 20
  FILE src/engine/saga_machine.cpp
  ABOUT "a submission that is repeated gets a new operation id"
  REPLACE "        leg.late_effect_window = std::max(leg.late_effect_window, context.late_effect_window);"
  WITH [=[        leg.late_effect_window = std::max(leg.late_effect_window, context.late_effect_window);
        if (PLANTED) leg.operation_id = context.fresh_id;]=])

planted_fault(any_4xx_is_a_refusal SEEDS 20
  FILE src/providers/verdict.cpp
  ABOUT "any 4xx counts as a ramp's refusal, even a gateway's"
  REPLACE "return is_own_refusal(reply) && !is_about_the_exchange(reply.status);"
  WITH "return is_4xx(reply) && (PLANTED || (is_own_refusal(reply) && !is_about_the_exchange(reply.status)));")

planted_fault(any_4xx_refuses_a_charge SEEDS 20
  FILE src/providers/verdict.cpp
  ABOUT "any 4xx counts as a refusal of a charge, even a gateway's"
  REPLACE "if (reply.status == 429) {"
  WITH "if (reply.status == 429 || (PLANTED && reply.status >= 400 && reply.status < 500)) {")

planted_fault(a_foreign_404_frees_the_leg SEEDS 20
  FILE src/providers/verdict.cpp
  ABOUT "a gateway's 404 is taken for the provider's own"
  REPLACE "if (reply.status == 404 && reply.body == own) {"
  WITH "if (reply.status == 404 && (PLANTED || reply.body == own)) {")

planted_fault(error_is_an_answer SEEDS 60
  FILE src/providers/verdict.cpp
  ABOUT "a ramp's 500 is taken for the end of the submission that it answers"
  REPLACE [=[  if (!is_refusal_by_ramp(reply)) {
    Outcome outcome = unknown(reply, std::move(error), latency);]=]
  WITH [=[  if (!is_refusal_by_ramp(reply)) {
    Outcome outcome = unknown(reply, std::move(error), latency);
    outcome.answered = PLANTED && reply.status >= 500;]=])

planted_fault(any_5xx_is_an_answer SEEDS 60
  FILE src/providers/verdict.cpp
  ABOUT "any 5xx is taken for the word of a processor that has recorded nothing and will not"
  REPLACE "outcome.answered = reply.status == 500 && reply.body == Reply::Body::none;"
  WITH "outcome.answered = PLANTED ? reply.status >= 500 : reply.status == 500 && reply.body == Reply::Body::none;")

planted_fault(refusal_speaks_for_all SEEDS 90 FIRST 61
  FILE src/engine/saga_steps.cpp
  ABOUT "a refusal frees the leg although an earlier submission of it may still take effect"
  REPLACE "  if (leg.open_until != Timestamp{}) {"
  WITH "  if (leg.open_until != Timestamp{} && !PLANTED) {")

planted_fault(stale_answer SEEDS 80 PAYMENTS 100
  WORLD "calm(profile);
      profile.troubles = {.network = 10, .pauses = 10};
      profile.lease = std::chrono::seconds(30);
      profile.processor_timeout = profile.ramp_timeout = profile.lease / 10;
      profile.policy.backoff_max = std::chrono::seconds(2);"
  FILE src/engine/saga_actor.cpp
  ABOUT "an answer that waited while its process was stopped is taken for the present"
  REPLACE "  answered.uncertainty += parts_.clock.monotonic() - asked_at;"
  WITH "  if (!PLANTED) answered.uncertainty += parts_.clock.monotonic() - asked_at;")

planted_fault(wall_clock SEEDS 120
  FILE src/engine/saga_actor.cpp
  ABOUT "the wall clock decides when a submission can no longer take effect"
  REPLACE "StepContext context{.now = lease_.claimed_at + held,"
  WITH "StepContext context{.now = PLANTED ? parts_.clock.now() : lease_.claimed_at + held,")

planted_fault(recorded_instant_is_ignored SEEDS 60
  FILE src/engine/saga_steps.cpp
  ABOUT "a charge keeps its own instant where the processor has another on record"
  REPLACE "if (outcome.recorded_at) leg.requested_at = *outcome.recorded_at;"
  WITH "if (outcome.recorded_at && !PLANTED) leg.requested_at = *outcome.recorded_at;")

planted_fault(another_amount_is_a_refusal SEEDS 120
  FILE src/engine/saga_machine.cpp
  ABOUT "what the processor has on record with another amount is charged elsewhere"
  REPLACE [=[      record(leg, outcome);
      park_differing(at, outcome);]=]
  WITH [=[      record(leg, outcome);
      if (PLANTED) {
        free_unknown_leg(at, context, policy);
        break;
      }
      park_differing(at, outcome);]=])

# --- compensation, people ------------------------------------------------------------------------------

planted_fault(refund_without_memory SEEDS 200
  FILE src/engine/saga_steps.cpp
  ABOUT "a refund that failed keeps its operation id and is never seen to fail"
  REPLACE "  at.leg().operation_id = context.fresh_id;  // the provider keeps the failed one under the old"
  WITH "  if (!PLANTED) at.leg().operation_id = context.fresh_id;")

planted_fault(refunded_again SEEDS 60
  FILE src/engine/saga_steps.cpp
  ABOUT "what was given back is given back again"
  REPLACE "[index](const Leg& leg) { return leg.compensates == index; });"
  WITH "[index, &saga](const Leg& leg) { return !(PLANTED && saga.legs.size() < 4) && leg.compensates == index; });")

planted_fault(compensation_without_reference SEEDS 60
  FILE src/engine/saga_steps.cpp
  ABOUT "what was moved by a provider that names no transfers counts as given back"
  REPLACE "const bool is_settled = saga.legs[index].state == LegState::settled;"
  WITH [=[const bool is_settled = saga.legs[index].state == LegState::settled &&
                            !(PLANTED && saga.legs[index].reference.empty());]=])

planted_fault(cancelled_too_late SEEDS 20
  FILE src/engine/saga_commands.cpp
  ABOUT "a payment whose submission is under way can be cancelled"
  REPLACE [=[  if (saga.status != kPending || leg == nullptr || leg->state != LegState::planned ||
      !leg->attempts.empty()) {]=]
  WITH [=[  if (leg == nullptr || is_final(saga.status) ||
      (!PLANTED && (saga.status != kPending || leg->state != LegState::planned ||
                    !leg->attempts.empty()))) {]=])

planted_fault(retried_after_compensation SEEDS 200
  FILE src/engine/saga_commands.cpp
  ABOUT "a conversion that was refunded can be retried"
  REPLACE "if (!parked && !(saga.status == kFailed && !is_given_back)) {"
  WITH "if (!parked && !(saga.status == kFailed && (!is_given_back || PLANTED))) {")

# --- leases and saves ----------------------------------------------------------------------------------

planted_fault(fence_is_ignored SEEDS 40
  FILE src/engine/saga_actor.cpp
  ABOUT "who is fenced goes on all the same"
  REPLACE "if (*saved == Saved::fenced) co_return false;"
  WITH "if (*saved == Saved::fenced && !PLANTED) co_return false;")

planted_fault(doubt_is_taken_for_success SEEDS 400
  FILE src/engine/saga_actor.cpp
  ABOUT "a save whose commit is in doubt is taken for done"
  REPLACE "    const Result<Saved> saved = co_await parts_.database.run<SaveStep>(std::move(request));"
  WITH [=[    Result<Saved> saved = co_await parts_.database.run<SaveStep>(std::move(request));
    if (PLANTED && !saved && saved.error().code == kOutcomeUnknown) {
      saved = Saved::saved;
    }]=])

planted_fault(sent_before_it_is_stored SEEDS 20
  FILE src/engine/saga_actor.cpp
  ABOUT "the choice of a provider is stored only together with what came of it"
  REPLACE "  Duration pause = std::chrono::milliseconds(50);"
  WITH [=[  if (PLANTED && next_action(step.saga) == Action::submit && !step.rest) {
    saga_ = std::move(step.saga);
    co_return true;
  }
  Duration pause = std::chrono::milliseconds(50);]=])

planted_fault(rest_is_forgotten SEEDS 20
  FILE src/engine/saga_row.cpp
  ABOUT "a saga that rests is not due again"
  REPLACE "  if (!step.ended) columns"
  WITH "  if (!step.ended && !(PLANTED && step.rest)) columns")

planted_fault(nothing_is_claimed_while_saturated SEEDS 60
  FILE src/load/admission_control.cpp
  ABOUT "a queue makes no progress while its instances are saturated"
  REPLACE "  if (load == Load::idle) return settings_.permits;"
  WITH "  if (load == Load::idle) return settings_.permits;\n  if (PLANTED && load == Load::saturated) return 0;")

# --- who waits, and what is known of providers ----------------------------------------------------------

planted_fault(overdue_waits_for_the_next_cut_off SEEDS 10 PAYMENTS 50
  WORLD "calm(profile);
      profile.policy.cost_deadline.cut_off = profile.trouble / 2;
      profile.cheaper_away_until = profile.trouble + std::chrono::minutes(2);
      profile.dearer_away_until = profile.trouble * 9 / 10;"
  FILE src/routing/cost_deadline_policy.cpp
  ABOUT "what missed its cut-off waits for the next one"
  REPLACE "next_cut_off(*cut_off, accepted);"
  WITH "next_cut_off(*cut_off, PLANTED ? now : accepted);")

planted_fault(unreachable_is_published_as_failing SEEDS 20
  FILE src/routing/health_monitor.cpp
  ABOUT "an instance that cannot reach a provider tells all others that it fails"
  REPLACE "    co_await leave_to_others(slot, answer.was_sent);"
  WITH [=[    if (PLANTED) {
      co_await publish(slot, HealthReport{.failing = true});
    } else {
      co_await leave_to_others(slot, answer.was_sent);
    }]=])

planted_fault(unreadable_report_is_failing SEEDS 20
  FILE src/routing/health_monitor.cpp
  ABOUT "a health report that cannot be read says that the provider fails"
  REPLACE "  if (answer.kind == HealthAnswer::Kind::report) {"
  WITH [=[  if (PLANTED && answer.kind == HealthAnswer::Kind::unreadable) {
    co_await publish(slot, HealthReport{.failing = true});
  } else if (answer.kind == HealthAnswer::Kind::report) {]=])

# --- the store: the same mistakes in SQL are for the contract suite to find -----------------------------

planted_fault(version_is_not_compared SEEDS 20
  FILE tests/simulation/saga_operations.cpp
  ABOUT "a write names no version, so an owner that wakes up late still writes"
  REPLACE "return row != nullptr && row->saga.version == version;"
  WITH "return row != nullptr && (PLANTED || row->saga.version == version);")

planted_fault(claimed_without_lease SEEDS 20
  FILE tests/simulation/claim_operations.cpp
  ABOUT "a claim neither raises the version nor begins a lease"
  REPLACE [=[  ++row->saga.version;
  row->due_at = transaction.began_at() + request.lease;]=]
  WITH [=[  if (!PLANTED) ++row->saga.version;
  row->due_at = transaction.began_at() + (PLANTED ? Duration{1} : request.lease);]=])

planted_fault(lease_ends_with_the_first SEEDS 40
  FILE src/engine/saga_actor.cpp
  ABOUT "the lease of a batch is removed when one of it has been written"
  REPLACE "return left && ++left->left == left->size ? left : nullptr;"
  WITH "return left && (++left->left == left->size || PLANTED) ? left : nullptr;")

planted_fault(postings_are_left_out SEEDS 20
  FILE tests/simulation/saga_operations.cpp
  ABOUT "a step is saved without what it posts"
  REPLACE "for (const ledger::Posting& posting : input.postings) {"
  WITH [=[for (const ledger::Posting& posting : input.postings) {
    if (PLANTED) break;]=])

planted_fault(answered_before_commit SEEDS 40
  FILE tests/simulation/lanes_batch.cpp
  ABOUT "the answer does not wait for the commit"
  REPLACE [=[    case Failure::Kind::unknown:
      is_linked_ = false;]=]
  WITH [=[    case Failure::Kind::unknown:
      is_linked_ = false;
      if (PLANTED) {
        todo_.pop_back();
        return;
      }]=])

planted_fault(answer_is_forgotten SEEDS 20
  FILE tests/simulation/key_operations.cpp
  ABOUT "a key is not kept with its answer"
  REPLACE "entry.set(executions[i] ? std::make_shared"
  WITH "entry.set(executions[i] && !PLANTED ? std::make_shared")

# --- the numbers of events: known ways to lose some ------------------------------------------------------

planted_fault(numbered_before_the_commit SEEDS 20
  FILE tests/simulation/transaction.cpp
  ABOUT "a fact takes its number in the transaction that writes it"
  REPLACE "  on_commit([&storage = storage(), batch = std::move(batch)] {"
  WITH [=[  if (PLANTED) {
    Numbered& events = storage().events[batch.tenant];
    for (EventRow& fact : batch.facts) fact.sequence = ++events.last;
    on_commit([&events, numbered = std::move(batch)] {
      for (const EventRow& fact : numbered.facts) events.rows.emplace(fact.sequence, fact);
    });
    return;
  }
  on_commit([&storage = storage(), batch = std::move(batch)] {]=])

planted_fault(numbered_by_position SEEDS 20
  FILE tests/simulation/transaction.cpp
  ABOUT "numbers are given from a position on, and what is committed late stands before it"
  REPLACE "    storage.unnumbered.emplace(batch.id, batch);"
  WITH [=[    const bool is_passed = std::ranges::any_of(storage.events, [&batch](const auto& events) {
      const auto& rows = events.second.rows;
      return !rows.empty() && rows.rbegin()->second.batch > batch.id;
    });
    if (!PLANTED || !is_passed) storage.unnumbered.emplace(batch.id, batch);]=])

planted_fault(numbers_begin_anywhere SEEDS 20
  FILE tests/simulation/event_operations.cpp
  ABOUT "the first number of a tenant is what a sequence of all tenants has come to"
  REPLACE "    const std::int64_t last = storage.events[batch.tenant].last;"
  WITH [=[    std::int64_t last = storage.events[batch.tenant].last;
    if (PLANTED && last == 0) last = id;]=])

planted_fault(numbers_are_reserved SEEDS 20
  FILE tests/simulation/event_operations.cpp
  ABOUT "a sequencer reserves numbers, and those that a crash leaves unused are never given"
  REPLACE "  transaction.on_commit([&storage, taken = std::move(taken), last = output.last] {"
  WITH [=[  if (PLANTED) {
    for (const auto& [tenant, sequence] : output.last) storage.events[tenant].last = sequence;
  }
  transaction.on_commit([&storage, taken = std::move(taken), last = output.last] {]=])

planted_fault(two_give_numbers SEEDS 20
  FILE tests/simulation/event_operations.cpp
  ABOUT "instances give numbers without having the turn"
  REPLACE "    co_await take_turn(transaction, &input, &is_ours);"
  WITH [=[    is_ours = PLANTED;
    if (!is_ours) co_await take_turn(transaction, &input, &is_ours);]=])

planted_fault(all_wait_for_the_oldest SEEDS 40
  FILE tests/simulation/event_operations.cpp
  ABOUT "events wait until all transactions that are older have ended"
  REPLACE "    if (output.batches == limit) break;"
  WITH [=[    if (output.batches == limit) break;
    const auto& open = storage.open_batches;
    if (PLANTED && !open.empty() && *open.begin() < id) break;]=])

# --- keys ----------------------------------------------------------------------------------------------

planted_fault(any_body_will_do SEEDS 20
  FILE src/idempotency/idempotent_execution.cpp
  ABOUT "a key answers any request as it answered the first"
  REPLACE "if (claim.fingerprint != kept.fingerprint) {"
  WITH "if (claim.fingerprint != kept.fingerprint && !PLANTED) {")

planted_fault(any_amount_will_do SEEDS 20
  FILE src/payments/acceptance.cpp
  ABOUT "a correlation id of another amount is answered as if it were the first"
  REPLACE "existing.kind != charge_plan().kind || existing.amount != request.amount"
  WITH "existing.kind != charge_plan().kind || (existing.amount != request.amount && !PLANTED)")

# --- tenants -------------------------------------------------------------------------------------------

planted_fault(claims_ignore_the_tenant SEEDS 40
  FILE src/engine/known_work.cpp
  ABOUT "a claim takes the work of the first tenant that has any"
  REPLACE "  ++turn_;"
  WITH [=[  ++turn_;
  if (PLANTED) {
    limit = 1;
    last_.reset();
  }]=])

planted_fault(waiting_ones_take_no_turns SEEDS 10 PAYMENTS 20
  WORLD "calm(profile);
      profile.concurrency = 2;
      profile.rush = 80;
      profile.is_rush_of_charges = true;"
  FILE src/engine/saga_line.cpp
  ABOUT "what waits in memory is begun in the order of its arrival, whosever it is"
  REPLACE "  for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {"
  WITH [=[  if (PLANTED && !turns_.empty() && may_go(front())) return pop_front();
  for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {]=])

# --- wallets -------------------------------------------------------------------------------------------

planted_fault(settled_twice SEEDS 5 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE tests/simulation/wallet_rows.cpp
  ABOUT "what is settled stays among what is due"
  REPLACE "  found->second.set(nullptr);"
  WITH "  if (!PLANTED) found->second.set(nullptr);")

planted_fault(taken_by_two SEEDS 10 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE tests/simulation/wallet_rows.cpp
  ABOUT "what another transaction is ending is taken all the same"
  REPLACE "  if (found == tables.due.end() || !transaction.has(found->second, Wish::row)) return false;"
  WITH [=[  if (PLANTED && found != tables.due.end() && found->second.committed() &&
      !transaction.has(found->second, Wish::row)) {
    return true;
  }
  if (found == tables.due.end() || !transaction.has(found->second, Wish::row)) return false;]=])

planted_fault(locked_in_any_order SEEDS 20 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE tests/simulation/wallet_rows.cpp
  ABOUT "wallets are locked in the order in which they are named"
  REPLACE "  std::ranges::sort(keys);"
  WITH "  if (!PLANTED) std::ranges::sort(keys);")

planted_fault(netting_forgets_the_receiver SEEDS 5 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE src/wallets/wallet_book.cpp
  ABOUT "a wallet that only receives in a batch is not written"
  REPLACE "  receiver.wallet.balance += moved;\n  receiver.has_changed = true;"
  WITH "  receiver.wallet.balance += moved;\n  if (!PLANTED) receiver.has_changed = true;")

planted_fault(rest_of_a_hold_is_lost SEEDS 5 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE src/wallets/wallet_book.cpp
  ABOUT "what a capture leaves of a hold does not go back"
  REPLACE "  payer.wallet.balance += reserved - moved;"
  WITH "  if (!PLANTED) payer.wallet.balance += reserved - moved;")

planted_fault(release_is_forgotten SEEDS 5 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE src/wallets/transfer_rules.cpp
  ABOUT "what is cancelled stays reserved"
  REPLACE "  book.release(transfer.from.value(), transfer.amount.minor);"
  WITH "  if (!PLANTED) book.release(transfer.from.value(), transfer.amount.minor);")

planted_fault(captured_beyond_the_hold SEEDS 5 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE src/wallets/transfer_rules.cpp
  ABOUT "more than was held can be captured"
  REPLACE "  if (amount > hold.amount.minor) {"
  WITH "  if (amount > hold.amount.minor && !PLANTED) {")

planted_fault(captured_after_its_expiry SEEDS 10 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE src/wallets/transfer_rules.cpp
  ABOUT "a hold that expires just now is captured, as its row says RESERVED"
  REPLACE "  if (!has_entry) {\n    return fail(kNotCapturable,"
  WITH "  if (!has_entry && !(PLANTED && hold.status == kReserved)) {\n    return fail(kNotCapturable,")

planted_fault(cancelled_and_settled SEEDS 10 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE src/wallets/transfer_rules.cpp
  ABOUT "what is being settled is cancelled, as its row says RESERVED"
  REPLACE "  if (!has_entry) {\n    return fail(kNotCancelable,"
  WITH "  if (!has_entry && !(PLANTED && transfer.status == kReserved)) {\n    return fail(kNotCancelable,")

planted_fault(refused_capture_ends_the_hold SEEDS 5 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE tests/simulation/wallet_batch.cpp
  ABOUT "the entry of a hold is gone after a capture that was refused"
  REPLACE "  } else if (has_entry) {"
  WITH "  } else if (has_entry && !PLANTED) {")

planted_fault(amount_of_another SEEDS 5 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE tests/simulation/wallet_operations.cpp
  ABOUT "a batch is settled with the amount of its first transfer"
  REPLACE "    for (const DueEntry& entry : entries) {\n      ended.push_back("
  WITH "    for (DueEntry entry : entries) {\n      if (PLANTED) entry.amount = entries.front().amount;\n      ended.push_back(")

planted_fault(own_ids_are_not_looked_up SEEDS 5 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE tests/simulation/wallet_batch.cpp
  ABOUT "an id that a client chose is not compared with what there is"
  REPLACE "      if (item.has_own_id && found) known_"
  WITH "      if (item.has_own_id && found && !PLANTED) known_")

planted_fault(another_content_under_an_id SEEDS 5 PAYMENTS 1 WORLD "with_wallets(profile);"
  FILE src/wallets/transfer_rules.cpp
  ABOUT "an id that a client chose is answered whatever is asked for under it"
  REPLACE "  if (is_same(earlier, wish)) return earlier;"
  WITH "  if (is_same(earlier, wish) || PLANTED) return earlier;")
