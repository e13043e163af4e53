// The three descriptors that a program is started with.
#pragma once

namespace remit {

/// Opens /dev/null for those that are closed: else the next socket would be one of them, and what
/// is written to standard error would go there. First thing in `main`.
void open_closed_standard_streams();

}  // namespace remit
