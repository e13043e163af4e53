// Connection strings of the database. Promises:
//   * a password is in no text that is shown, wherever it stands in the string: what libpq reads as
//     one is masked, and so is one whose characters should have been escaped;
//   * what is made for a session has the password that was given.
//
// The first byte chooses a form; in all but the first the rest is the user's part, the password's
// and what follows, parted by a record separator (0x1E).
#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>

#include "fuzz.hpp"
#include "mask.hpp"
#include "remit/config/load.hpp"
#include "remit/storage/conninfo.hpp"

namespace remit::fuzz {
namespace {

/// Stands in the middle of the password, and nowhere else.
constexpr std::string_view kSecret = "S3cr3tP4ss";
constexpr std::size_t kShortest = 5;

using Words = std::map<std::string, std::string>;

/// What libpq reads; nothing when it cannot.
std::optional<Words> words_of(const std::string& text) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(text.c_str(), &error), &PQconninfoFree);
  PQfreemem(error);
  if (!options) return std::nullopt;
  Words words;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) words[option->keyword] = option->val;
  }
  return words;
}

/// Every text that is shown of it, to operators and in logs.
std::vector<std::string> shown(const std::string& url) {
  std::vector<std::string> texts = {config::mask_database_password(url)};
  const auto completed = storage::complete_conninfo(url, "fuzz");
  texts.push_back(completed ? std::string() : completed.error());
  config::LoadRequest request;
  request.default_file = "/nonexistent";
  request.flags = {{"database.url", url}};
  const auto loaded = config::load(request);
  texts.push_back(loaded ? config::print_masked(loaded->config) : loaded.error());
  return texts;
}

void check_hidden(const std::string& url, std::string_view secret) {
  for (const std::string& text : shown(url)) {
    require(!text.contains(secret), "a password is not shown", text + "\n  of " + url);
  }
}

/// Another value or a name that has the same characters may be shown.
bool is_elsewhere(const Words& words, const std::string& name, const std::string& secret) {
  constexpr std::string_view kOwnWords = "postgresql:// the database URL is not a valid connection";
  return kOwnWords.contains(secret) || std::ranges::any_of(words, [&](const auto& word) {
           return word.first.contains(secret) ||
                  (word.first != name && word.second.contains(secret));
         });
}

void check_text(const std::string& url) {
  const std::string masked = config::mask_database_password(url);
  require(config::mask_database_password(masked) == masked, "masked twice, it is the same", masked);
  const auto words = words_of(url);
  if (!words) return;
  for (const char* name : {"password", "sslpassword"}) {
    const auto found = words->find(name);
    if (found == words->end() || found->second.size() < kShortest) continue;
    if (is_elsewhere(*words, name, found->second)) continue;
    require(!masked.contains(found->second), "a password of libpq's is masked",
            masked + "\n  of " + url);
  }
  const auto completed = storage::complete_conninfo(url, "fuzz");
  if (!completed) return;
  const auto read = words_of(*completed);
  require(read.has_value(), "libpq reads what was completed", *completed);
  for (const auto& [name, value] : *words) {
    require(read->contains(name) && read->at(name) == value, "an operator's setting stays", name);
  }
}

void check_other_password(const std::string& url, const std::string& password) {
  const std::string other = storage::with_password(url, password);
  if (other == url) return;
  const auto words = words_of(other);
  require(words.has_value(), "libpq reads what was made", other);
  const auto found = words->find("password");
  const bool is_there = found != words->end() && found->second == password;
  require(is_there || password.empty(), "a password is what was given", other);
}

std::string without(std::string text, std::string_view characters) {
  std::erase_if(text, [&](char c) { return characters.contains(c); });
  return text;
}

/// In the place of the password, whatever is around it.
void check_forms(char form, std::string user, const std::string& before, const std::string& after,
                 const std::string& rest) {
  std::erase_if(user, [](char c) { return (c < 'a' || c > 'z') && (c < '0' || c > '9'); });
  const std::string secret(kSecret);
  switch (form) {
    case '1':  // Unescaped characters are common.
      check_hidden("postgresql://" + user + ":" + before + secret + after + "@" + rest, kSecret);
      break;
    case '2':  // A word's end is a blank; one with a name of libpq's inside is another word.
      check_hidden("user=" + user + " password=" + without(before, "=") + secret +
                       without(after, "=") + " " + rest,
                   kSecret);
      break;
    case '3':
      check_hidden("user=u" + user + " password='" + without(before, "=") + secret +
                       without(after, "=") + "' " + rest,
                   kSecret);
      break;
    case '4':
      check_hidden("postgres://" + user + "@h/d?password=" + without(before, "&=") + secret +
                       without(after, "&=") + rest,
                   kSecret);
      break;
    default: {
      const std::string text =
          rest + " password=" + without(before, " \t\r\n\f\v") + secret + after;
      require(!config::mask_in_text(text).contains(kSecret), "a password is not shown", text);
    }
  }
}

}  // namespace
}  // namespace remit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remit::fuzz;
  // Settings and libpq know no NUL.
  if (size == 0 || std::find(data, data + size, 0) != data + size) return 0;
  const std::string_view text = text_of(data + 1, size - 1);
  if (text.contains(kSecret)) return 0;
  if (data[0] == '0') {
    check_text(std::string(text));
    return 0;
  }
  std::vector<std::string> parts = split(text, '\x1E');
  parts.resize(4);
  check_forms(static_cast<char>(data[0]), parts[0], parts[1], parts[2], parts[3]);
  check_other_password("user=" + parts[0], parts[1] + parts[2]);
  return 0;
}
