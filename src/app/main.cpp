#include "remit/app/command_line.hpp"

int main(int argc, char** argv) { return remit::app::run_command_line(argc, argv); }
