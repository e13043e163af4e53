#include "remit/storage/abandoned.hpp"

#include <atomic>

namespace remit::storage {
namespace {

std::atomic<bool> abandoned = false;

}  // namespace

void note_abandoned() { abandoned = true; }

bool has_abandoned() { return abandoned; }

}  // namespace remit::storage
