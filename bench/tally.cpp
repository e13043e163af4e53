#include "tally.hpp"

#include <sys/resource.h>

#include <cstddef>
#include <iomanip>
#include <sstream>

namespace remit::bench {
namespace {

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

std::string Tally::to_json(const std::string& mode) const {
  std::uint64_t requests = errors;
  std::ostringstream counts;
  for (std::size_t code = 0; code < status.size(); ++code) {
    if (status[code] == 0) continue;
    counts << (requests == errors ? "" : ",") << '"' << code << "\":" << status[code];
    requests += status[code];
  }
  const double rate = seconds > 0 ? static_cast<double>(latency.count()) / seconds : 0;
  std::ostringstream json;
  json << std::fixed << std::setprecision(1) << R"({"mode":")" << mode << R"(","seconds":)"
       << seconds << R"(,"requests":)" << requests << R"(,"good":)" << latency.count()
       << R"(,"rate":)" << rate << R"(,"status":{)" << counts.str() << R"(},"errors":)" << errors
       << R"(,"latency_us":{"mean":)" << latency.mean_us() << R"(,"p50":)"
       << latency.quantile_us(0.5) << R"(,"p90":)" << latency.quantile_us(0.9) << R"(,"p99":)"
       << latency.quantile_us(0.99) << R"(,"p999":)" << latency.quantile_us(0.999) << R"(,"max":)"
       << latency.max_us() << R"(},"whole_run":{"sent":)" << sent << R"(,"good":)" << good
       << R"(,"unanswered":)" << unanswered << R"(,"unsent":)" << unsent
       << R"(,"open_connections":)" << open_connections << R"(},"processor_seconds":)"
       << processor_seconds() << "}";
  return json.str();
}

}  // namespace remit::bench
