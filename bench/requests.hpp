// The request that a run sends over and over: its text is made once, only the id in it is new each
// time.
//
// Owned by one run and used from its thread. Ids are random UUIDs (version 4) from a generator that
// the system seeds, so that two runs never send the same one; or numbered, for those who want to
// know them before. Cannot fail.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace remit::bench {

class Requests {
 public:
  static Requests charges(std::uint16_t port);
  static Requests conversions(std::uint16_t port);
  /// Between any two of so many wallets: u000000, u000001 …
  static Requests transfers(std::uint16_t port, std::uint32_t wallets);
  static Requests get(std::uint16_t port, std::string_view path);

  /// The id of a charge that is known before it is sent.
  static std::string numbered_id(std::uint32_t run, std::uint64_t number);
  /// From now on the ids of that run, from 0 on.
  void number(std::uint32_t run) { run_ = run; }

  /// From now on with an API key.
  void show_key(std::string_view key);

  /// Valid until the next call.
  [[nodiscard]] std::string_view next();

  /// The status that the product answers when all is well.
  [[nodiscard]] int expected_status() const { return expected_status_; }
  void expect(int status) { expected_status_ = status; }

 private:
  Requests(std::string text, std::string_view placeholder, int expected_status);
  std::uint64_t random();
  void write_id();
  void choose_wallets();

  std::string text_;
  std::size_t id_at_;
  int expected_status_;
  std::uint32_t run_ = 0;  ///< 0: ids are random
  std::uint64_t sent_ = 0;
  std::uint32_t wallets_ = 0;  ///< 0: the text names none
  std::array<std::uint64_t, 2> state_;
};

}  // namespace remit::bench
