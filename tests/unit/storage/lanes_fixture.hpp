// A database with a table of notes, operations over it, and lanes to run them in.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/storage/lanes.hpp"
#include "support/postgres.hpp"
#include "support/run_task.hpp"

namespace remit::storage {

/// True when the note is new. The text "poison" violates a check.
struct SaveNote {
  static constexpr std::string_view kName = "save_note";
  struct Input {
    std::int64_t id = 0;
    std::string text;
  };
  using Output = bool;
  static void execute(Transaction& transaction, std::span<Slot<SaveNote>> slots);
};

struct ReadNote {
  static constexpr std::string_view kName = "read_note";
  using Input = std::int64_t;
  using Output = std::optional<std::string>;
  static void execute(Transaction& transaction, std::span<Slot<ReadNote>> slots);
};

/// Committed by its statement alone; appends when the note is there. A note of somebody else's
/// transaction makes it wait. The text "busy" is refused in its slot.
struct PutNote {
  static constexpr std::string_view kName = "put_note";
  static constexpr OperationTraits kTraits{.one_statement = true};
  using Input = SaveNote::Input;
  using Output = bool;
  static void execute(Transaction& transaction, std::span<Slot<PutNote>> slots);
};

/// PutNote, and then a look at what it came to, by the function `look` that the test makes.
struct PutNoteAndLook {
  static constexpr std::string_view kName = "put_note_and_look";
  static constexpr OperationTraits kTraits{.one_statement = true};
  using Input = SaveNote::Input;
  using Output = bool;
  static void execute(Transaction& transaction, std::span<Slot<PutNoteAndLook>> slots);
};

/// Appends to the notes one after the other, in the order of the slots and of their ids. At
/// `kPause` the lane pauses, once, until the test lets it go on.
struct TouchNotes {
  static constexpr std::string_view kName = "touch_notes";
  static constexpr std::int64_t kPause = -1;
  using Input = std::vector<std::int64_t>;
  using Output = void;
  static void execute(Transaction& transaction, std::span<Slot<TouchNotes>> slots);
};

/// Misbehaves: a statement fails and nobody is told.
struct SwallowFailure {
  static constexpr std::string_view kName = "swallow_failure";
  struct Input {};
  using Output = bool;
  static void execute(Transaction& transaction, std::span<Slot<SwallowFailure>> slots);
};

class LanesTest : public testing::Test {
 protected:
  explicit LanesTest(test::PostgresCluster& cluster = test::PostgresCluster::shared());

  [[nodiscard]] LaneSettings settings() const;
  [[nodiscard]] std::unique_ptr<Lanes> make_lanes(LaneSettings settings);

  template <class Operation>
  using Output = Result<typename Operation::Output>;

  template <class Operation>
  Output<Operation> run(Lanes& lanes, typename Operation::Input input) {
    return test::run(loop_, lanes.run<Operation>(std::move(input)));
  }

  /// A command that needs nothing but the database.
  Result<void> ping(Lanes& lanes) { return run<TouchNotes>(lanes, {}); }

  /// Starts a command; its result appears when the loop runs.
  template <class Operation>
  std::shared_ptr<std::optional<Output<Operation>>> begin(Lanes& lanes,
                                                          typename Operation::Input input) {
    auto result = std::make_shared<std::optional<Output<Operation>>>();
    boost::asio::co_spawn(loop_, lanes.run<Operation>(std::move(input)),
                          [result](std::exception_ptr error, Output<Operation> output) {
                            if (error) std::rethrow_exception(error);
                            *result = std::move(output);
                          });
    return result;
  }

  template <class Done>
  void run_until(Done done) {
    test::run_until(loop_, std::move(done));
  }

  /// For what the loop does not hear of: looks again and again.
  void run_until_seen(const std::function<bool()>& seen);

  /// `begin`, until the lane is at the pause among the ids.
  std::shared_ptr<std::optional<Result<void>>> begin_and_pause(Lanes& lanes,
                                                               std::vector<std::int64_t> ids);
  void end_pause();

  test::PostgresCluster& cluster_;
  std::string url_;
  test::PostgresSession session_;
  boost::asio::io_context loop_;
};

}  // namespace remit::storage
