// The process as the system sees it, under the names that all exporters use.
//
// Made once; loop thread. What /proc does not tell is left out.
#pragma once

#include "families.hpp"

namespace remit::metrics {

class ProcessFigures {
 public:
  ProcessFigures();
  void add_to(Families& families) const;

 private:
  double started_at_ = 0;  ///< seconds since the epoch; 0: not known
};

}  // namespace remit::metrics
