// Whether a thread was left alone with a database that does not answer (src/storage/in_time.hpp).
//
// It still uses libraries that take themselves apart when the program ends in order, so such a
// program ends with std::_Exit. Any thread.
#pragma once

namespace remit::storage {

void note_abandoned();
[[nodiscard]] bool has_abandoned();

}  // namespace remit::storage
