#include <gtest/gtest.h>

#include <regex>

#include "house/tree.hpp"

// Compilers have miscompiled temporaries around co_await, so it stands alone in its statement:
//   co_await f(a);   auto x = co_await f(a);   y.z = co_await f(a);   co_return co_await f(a);
// behind `if (…)`, `while (…)` or `else` at most, with no braces, lambda, `?` or second co_await
// after it.
namespace remit::house {
namespace {

// The text before a co_await back to where its statement begins; "(" when it is inside an
// expression.
std::string statement_head(const std::string& code, std::size_t await) {
  int depth = 0;
  std::size_t begin = await;
  while (begin > 0) {
    const char c = code[begin - 1];
    if (c == ')') ++depth;
    if (c == '(' && --depth < 0) return "(";
    if (depth == 0 && (c == ';' || c == '{' || c == '}')) break;
    --begin;
  }
  return code.substr(begin, await - begin);
}

// "if (a(b)) x = " → "x = ".
std::string without_conditions(std::string head) {
  static const std::regex opening(
      R"(^\s*(?:else\b\s*)?(?:(?:if|while|for)\s*(?:constexpr\s*)?\(|else\b\s*))");
  std::smatch match;
  while (std::regex_search(head, match, opening)) {
    std::size_t end = static_cast<std::size_t>(match.length());
    if (head[end - 1] == '(') {
      for (int depth = 1; end < head.size() && depth > 0; ++end) {
        if (head[end] == '(') ++depth;
        if (head[end] == ')') --depth;
      }
    }
    head = head.substr(end);
  }
  return head;
}

bool opens_initializer(const std::string& code, std::size_t await) {
  const std::size_t brace = code.find_last_not_of(" \t\n", await == 0 ? 0 : await - 1);
  if (brace == std::string::npos || brace == 0 || code[brace] != '{') return false;
  const std::size_t before = code.find_last_not_of(" \t\n", brace - 1);
  if (before == std::string::npos) return false;
  static const std::regex block(
      R"((?:\)|\{|\}|;|>|\belse|\bdo|\btry|\bconst|\bnoexcept|\bmutable|\boverride)$)");
  return !std::regex_search(code.substr(0, before + 1).substr(before > 16 ? before - 16 : 0),
                            block);
}

Complaints check_awaits(const SourceFile& file) {
  static const std::regex keyword(R"(\bco_await\b)");
  static const std::regex allowed(
      R"(^\s*(?:co_return\s+|\(void\)\s*|[\w:<>,&*.\s\[\]-]*[\w\]>]\s*=\s*)?$)");
  static const std::regex nested(R"([{?]|\bco_await\b)");
  Complaints found;
  for (auto it = std::sregex_iterator(file.code.begin(), file.code.end(), keyword);
       it != std::sregex_iterator(); ++it) {
    const auto position = static_cast<std::size_t>(it->position());
    const std::size_t after = position + static_cast<std::size_t>(it->length());
    const std::string head = without_conditions(statement_head(file.code, position));
    const std::string tail = file.code.substr(after, file.code.find(';', after) - after);
    const bool alone = std::regex_match(head, allowed) && !opens_initializer(file.code, position) &&
                       !std::regex_search(tail, nested);
    if (!alone)
      found.push_back(
          complaint(file, line_of(file.code, position), "co_await does not stand alone"));
  }
  return found;
}

std::size_t closing(const std::string& code, std::size_t open, char opening, char closing_char) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (code[i] == opening) ++depth;
    if (code[i] == closing_char && --depth == 0) return i;
  }
  return std::string::npos;
}

// The body of the lambda whose captures end at `bracket`; empty when it is none.
std::string lambda_body(const std::string& code, std::size_t bracket) {
  std::size_t at = code.find_first_not_of(" \t\n", bracket + 1);
  if (at == std::string::npos) return {};
  if (code[at] == '(') {
    at = closing(code, at, '(', ')');
    if (at == std::string::npos) return {};
    at = code.find_first_of("{;,)", at + 1);
  }
  if (at == std::string::npos || code[at] != '{') return {};
  const std::size_t end = closing(code, at, '{', '}');
  return end == std::string::npos ? std::string() : code.substr(at, end - at);
}

// A coroutine outlives the lambda object that holds its captures.
Complaints check_lambdas(const SourceFile& file) {
  static const std::regex coroutine(R"(\bco_(await|return|yield)\b)");
  static const std::regex before_subscript(R"([\w\])]$)");
  Complaints found;
  const std::string& code = file.code;
  for (std::size_t open = code.find('['); open != std::string::npos;
       open = code.find('[', open + 1)) {
    const std::size_t close = closing(code, open, '[', ']');
    if (close == std::string::npos) break;
    const bool captures =
        code.find_first_not_of(" \t\n", open + 1) < close && code[open + 1] != '[';
    const bool subscript =
        open > 0 && std::regex_search(code.substr(open - 1, 1), before_subscript);
    if (!captures || subscript) continue;
    if (std::regex_search(lambda_body(code, close), coroutine)) {
      found.push_back(complaint(file, line_of(code, open), "a capturing lambda is a coroutine"));
    }
  }
  return found;
}

TEST(Coroutines, EachAwaitStandsAloneInItsStatement) {
  const Complaints found = check_all(cpp_files(), check_awaits);
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Coroutines, NoCapturingLambdaIsACoroutine) {
  const Complaints found = check_all(cpp_files(), check_lambdas);
  EXPECT_TRUE(found.empty()) << joined(found);
}

std::size_t awaits(const std::string& statement) {
  return check_awaits(make_source("src/net/a.cpp", "Task<void> f() { " + statement + " }")).size();
}

TEST(Coroutines, PlantedAwaitsAreCaught) {
  EXPECT_EQ(awaits("if (co_await f()) g();"), 1U);
  EXPECT_EQ(awaits("g(co_await f());"), 1U);
  EXPECT_EQ(awaits("auto x = 1 + co_await f();"), 1U);
  EXPECT_EQ(awaits("auto x = (co_await f()).size();"), 1U);
  EXPECT_EQ(awaits("auto x = ready ? a : co_await f();"), 1U);
  EXPECT_EQ(awaits("return !co_await f();"), 1U);
  EXPECT_EQ(awaits("co_await f(Input{1, 2});"), 1U);
  EXPECT_EQ(awaits("co_await f([&](int x) { return x; });"), 1U);
  EXPECT_EQ(awaits("co_await f(co_await g());"), 2U);
  EXPECT_EQ(awaits("Point p{co_await f()};"), 1U);
}

TEST(Coroutines, AwaitsThatStandAloneArePassed) {
  EXPECT_EQ(awaits("co_await f(a, b);"), 0U);
  EXPECT_EQ(awaits("const Result<int> x = co_await lanes_.run<Insert>(input);"), 0U);
  EXPECT_EQ(awaits("auto [error, size] = co_await read(socket);"), 0U);
  EXPECT_EQ(awaits("entry->value = co_await f();"), 0U);
  EXPECT_EQ(awaits("co_return co_await f(a);"), 0U);
  EXPECT_EQ(awaits("while (g(a) > 0) co_await f();"), 0U);
  EXPECT_EQ(awaits("if (a) { x = 1; } else co_await f();"), 0U);
  EXPECT_EQ(awaits("try { co_await f(); } catch (...) {}"), 0U);
  EXPECT_EQ(awaits("// if (co_await f())\n"), 0U);
}

TEST(Coroutines, PlantedLambdasAreCaught) {
  const auto one = [](const char* code) {
    return check_lambdas(make_source("src/net/a.cpp", code)).size();
  };
  EXPECT_EQ(one("spawn([this]() -> Task<void> { co_await run(); });"), 1U);
  EXPECT_EQ(one("spawn([&] { co_return; });"), 1U);
  EXPECT_EQ(one("spawn([self]() { return self->run(); });"), 0U);
  EXPECT_EQ(one("spawn([]() -> Task<void> { co_return; });"), 0U);
  EXPECT_EQ(one("Task<void> f() { x[1] = 2; co_return; }"), 0U);
  EXPECT_EQ(one("[[nodiscard]] Task<void> f() { co_return; }"), 0U);
}

}  // namespace
}  // namespace remit::house
