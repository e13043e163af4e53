#include "requests.hpp"

#include <bit>
#include <random>
#include <utility>

namespace remit::bench {
namespace {

constexpr std::string_view kFrom = "u000000";
constexpr std::string_view kTo = "u000001";
constexpr std::string_view kId = "00000000-0000-4000-8000-000000000000";

std::string head(std::string_view line, std::uint16_t port) {
  return std::string(line) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
}

std::string post(std::string_view path, std::uint16_t port, std::string_view fields,
                 std::string_view body) {
  return head("POST " + std::string(path), port) + std::string(fields) +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

/// `digits` hexadecimal digits of `value`, the lowest ones.
char* write_hex(char* to, std::uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i) *to++ = "0123456789abcdef"[(value >> (4 * i)) & 15U];
  return to;
}

void write_decimal(char* to, std::uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10U) to[i] = static_cast<char>('0' + value % 10U);
}

}  // namespace

Requests Requests::charges(std::uint16_t port) {
  const std::string body = R"({"correlationId":")" + std::string(kId) + R"(","amount":19.90})";
  return {post("/payments", port, "", body), kId, 202};
}

Requests Requests::conversions(std::uint16_t port) {
  const std::string key = "Idempotency-Key: " + std::string(kId) + "\r\n";
  return {post("/payments", port, key,
               R"({"amount":100000,"currency":"USD","source_account":"user123",)"
               R"("destination_account":"merchant456","destination_currency":"EUR"})"),
          kId, 202};
}

Requests Requests::transfers(std::uint16_t port, std::uint32_t wallets) {
  const std::string key = "Idempotency-Key: " + std::string(kId) + "\r\n";
  const std::string body = R"({"from_user_id":")" + std::string(kFrom) + R"(","to_user_id":")" +
                           std::string(kTo) + R"(","amount":1})";
  Requests requests(post("/transactions", port, key, body), kId, 201);
  requests.wallets_ = wallets;
  return requests;
}

Requests Requests::get(std::uint16_t port, std::string_view path) {
  return {head("GET " + std::string(path), port) + "\r\n", "", 200};
}

Requests::Requests(std::string text, std::string_view placeholder, int expected_status)
    : text_(std::move(text)),
      id_at_(placeholder.empty() ? std::string::npos : text_.find(placeholder)),
      expected_status_(expected_status) {
  std::random_device device;
  for (std::uint64_t& word : state_) word = (std::uint64_t{device()} << 32U) | device() | 1U;
}

// xoroshiro128+: two words of state, a nanosecond a number.
std::uint64_t Requests::random() {
  const auto [first, second] = state_;
  const std::uint64_t mixed = first ^ second;
  state_ = {std::rotl(first, 24) ^ mixed ^ (mixed << 16U), std::rotl(mixed, 37)};
  return first + second;
}

void Requests::show_key(std::string_view key) {
  constexpr std::string_view kEndOfHead = "\r\n\r\n";
  const std::size_t at = text_.find(kEndOfHead) + 2;
  const std::string line = "Authorization: Bearer " + std::string(key) + "\r\n";
  text_.insert(at, line);
  if (id_at_ != std::string::npos && id_at_ >= at) id_at_ += line.size();
}

std::string Requests::numbered_id(std::uint32_t run, std::uint64_t number) {
  std::string id(kId);
  write_hex(id.data(), run, 8);
  write_hex(id.data() + id.size() - 12, number, 12);
  return id;
}

std::string_view Requests::next() {
  if (wallets_ > 0) choose_wallets();
  if (id_at_ == std::string::npos) return text_;
  if (run_ != 0) return text_.replace(id_at_, kId.size(), numbered_id(run_, sent_++));
  write_id();
  return text_;
}

void Requests::choose_wallets() {
  const std::uint64_t from = random() % wallets_;
  const std::uint64_t to = (from + 1 + random() % (wallets_ - 1)) % wallets_;
  char* at = text_.data() + text_.find(R"(":"u)") + 4;
  const std::size_t second = text_.find(R"(":"u)", text_.find(R"(":"u)") + 1);
  write_decimal(at, from, static_cast<int>(kFrom.size()) - 1);
  write_decimal(text_.data() + second + 4, to, static_cast<int>(kTo.size()) - 1);
}

void Requests::write_id() {
  const std::uint64_t high = random();
  const std::uint64_t low = random();
  char* to = text_.data() + id_at_;
  to = write_hex(to, high >> 32U, 8) + 1;
  to = write_hex(to, high >> 16U, 4) + 2;  // the version stays
  to = write_hex(to, high, 3) + 1;
  to = write_hex(to, 8U | ((low >> 60U) & 3U), 1);
  to = write_hex(to, low >> 48U, 3) + 1;
  write_hex(to, low, 12);
}

}  // namespace remit::bench
