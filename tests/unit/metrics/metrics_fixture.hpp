// Lines of an exposition, as tests look for them.
#pragma once

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <sstream>
#include <string>

namespace remit::metrics {

[[nodiscard]] inline std::string text_of(const prometheus::Registry& registry) {
  return prometheus::TextSerializer().Serialize(registry.Collect());
}

/// The value of a series, named as in the text; empty: there is no such series.
[[nodiscard]] inline std::string value_of(const std::string& text, const std::string& series) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
  }
  return {};
}

}  // namespace remit::metrics
