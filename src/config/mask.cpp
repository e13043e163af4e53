#include "mask.hpp"

#include <algorithm>
#include <string_view>

namespace remit::config {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kWordSeparators = " \t\r\n\f\v";

/// Where a key word's value ends; quoted values and escaped characters follow libpq's rules.
std::size_t end_of_word_value(std::string_view text, std::size_t begin) {
  std::size_t i = begin;
  const bool quoted = i < text.size() && text[i] == '\'';
  if (quoted) ++i;
  for (; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (quoted && text[i] == '\'') {
      return i + 1;
    } else if (!quoted && kWordSeparators.contains(text[i])) {
      return i;
    }
  }
  return text.size();
}

/// Masks what follows "password =" wherever it stands, "sslpassword" included.
std::string mask_words(std::string text) {
  std::size_t at = 0;
  while ((at = text.find("password", at)) != std::string::npos) {
    at += std::string_view("password").size();
    const std::size_t equals = text.find_first_not_of(kWordSeparators, at);
    if (equals == std::string::npos || text[equals] != '=') continue;
    const std::size_t begin =
        std::min(text.find_first_not_of(kWordSeparators, equals + 1), text.size());
    text.replace(begin, end_of_word_value(text, begin) - begin, kMask);
    at = begin + kMask.size();
  }
  return text;
}

std::string mask_uri(std::string text, std::size_t authority) {
  // Characters that should have been escaped do not end a password: up to the last '@' all is
  // hidden.
  const std::size_t first_at = text.find('@', authority);
  if (first_at != std::string::npos) {
    const std::size_t host_end = std::min(text.find_first_of("/?", first_at), text.size());
    const std::size_t at = text.rfind('@', host_end - 1);
    const std::size_t colon = text.find(':', authority);
    if (colon < at) text.replace(colon + 1, at - colon - 1, kMask);
  }
  constexpr std::string_view kParameter = "password=";
  std::size_t found = text.find('?', authority);
  while ((found = text.find(kParameter, found)) != std::string::npos) {
    found += kParameter.size();
    text.replace(found, std::min(text.find('&', found), text.size()) - found, kMask);
  }
  return text;
}

}  // namespace

std::string mask_all(const std::string& secret) {
  return secret.empty() ? secret : std::string(kMask);
}

std::string mask_database_password(const std::string& url) {
  const std::size_t scheme_end = url.find("://");
  const bool is_uri = url.starts_with("postgresql://") || url.starts_with("postgres://");
  return is_uri ? mask_uri(url, scheme_end + 3) : mask_words(url);
}

}  // namespace remit::config
