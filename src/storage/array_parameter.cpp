#include "remit/storage/array_parameter.hpp"

#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace remit::storage {
namespace {

// PostgreSQL's OIDs of its own types, which are the same in every server (pg_type.dat).
constexpr std::uint32_t kBool = 16;
constexpr std::uint32_t kInt8 = 20;
constexpr std::uint32_t kInt4 = 23;
constexpr std::uint32_t kText = 25;
constexpr std::uint32_t kTimestamptz = 1184;
constexpr std::uint32_t kUuid = 2950;

// What array_send of PostgreSQL makes, all in network order: the number of dimensions, whether
// there are NULLs, the type; of the one dimension its length and first index; then each element's
// length and value.
constexpr std::size_t kHasNullAt = 4;
constexpr std::size_t kCountAt = 12;
constexpr std::uint32_t kNullLength = std::numeric_limits<std::uint32_t>::max();

/// PostgreSQL counts time from here.
constexpr Timestamp kEpoch{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};

template <std::unsigned_integral Number>
std::array<char, sizeof(Number)> in_network_order(Number number) {
  if constexpr (std::endian::native == std::endian::little) number = std::byteswap(number);
  return std::bit_cast<std::array<char, sizeof(Number)>>(number);
}

template <std::unsigned_integral Number>
void append(std::string& bytes, Number number) {
  const auto digits = in_network_order(number);
  bytes.append(digits.data(), digits.size());
}

void overwrite(std::string& bytes, std::size_t at, std::uint32_t number) {
  const auto digits = in_network_order(number);
  std::memcpy(bytes.data() + at, digits.data(), digits.size());
}

}  // namespace

// Those NULLs that came before are caught up with.
void ArrayParameter::begin(std::uint32_t type) {
  type_ = type;
  for (const std::uint32_t number : {1U, has_null_ ? 1U : 0U, type, count_, 1U}) {
    append(binary_, number);
  }
  for (std::uint32_t i = 0; i < count_; ++i) append(binary_, kNullLength);
}

void ArrayParameter::put_count() { overwrite(binary_, kCountAt, count_); }

void ArrayParameter::begin_element(std::uint32_t type, std::size_t size) {
  if (size > std::numeric_limits<std::int32_t>::max()) {
    throw std::invalid_argument("text for the database is too long");
  }
  if (type_ == 0) begin(type);
  if (type_ != type) throw std::logic_error("values of several types for one array");
  ++count_;
  put_count();
  append(binary_, static_cast<std::uint32_t>(size));
}

void ArrayParameter::add(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw std::invalid_argument("text for the database holds a NUL character");
  }
  begin_element(kText, text.size());
  binary_ += text;
}

void ArrayParameter::add(std::int64_t number) {
  begin_element(kInt8, sizeof number);
  append(binary_, static_cast<std::uint64_t>(number));
}

void ArrayParameter::add(std::int32_t number) {
  begin_element(kInt4, sizeof number);
  append(binary_, static_cast<std::uint32_t>(number));
}

void ArrayParameter::add(bool value) {
  begin_element(kBool, 1);
  binary_ += static_cast<char>(value ? 1 : 0);
}

void ArrayParameter::add(const Uuid& id) {
  const auto& bytes = id.bytes();
  begin_element(kUuid, bytes.size());
  binary_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void ArrayParameter::add(Timestamp time) {
  const bool is_finite = time != Timestamp::min() && time != Timestamp::max();
  const Duration since = is_finite ? time - kEpoch : time.time_since_epoch();
  begin_element(kTimestamptz, sizeof(std::int64_t));
  append(binary_, static_cast<std::uint64_t>(since.count()));
}

void ArrayParameter::add_null() {
  ++count_;
  has_null_ = true;
  if (type_ == 0) {
    nulls_.pop_back();
    nulls_ += count_ == 1 ? "NULL}" : ",NULL}";
    return;
  }
  append(binary_, kNullLength);
  put_count();
  overwrite(binary_, kHasNullAt, 1);
}

}  // namespace remit::storage
