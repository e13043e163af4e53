# Debian packages only; each has its line in docs/dependencies.md.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)

# Asio and Beast are compiled once, here, instead of in every file that includes them.
add_library(remit_asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
target_compile_features(remit_asio PUBLIC cxx_std_23)
target_compile_definitions(remit_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(remit_asio PUBLIC Boost::headers OpenSSL::SSL Threads::Threads)
add_library(remit::asio ALIAS remit_asio)

add_library(remit_beast STATIC ${CMAKE_SOURCE_DIR}/cmake/beast.cpp)
target_compile_definitions(remit_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(remit_beast PUBLIC remit_asio)
add_library(remit::beast ALIAS remit_beast)

# libpqxx 6.4 only knows std::optional when it is told so; without this NULL throws at run time.
add_library(remit_pqxx INTERFACE)
target_compile_definitions(remit_pqxx INTERFACE PQXX_HAVE_OPTIONAL=1)
target_link_libraries(remit_pqxx INTERFACE PkgConfig::PQXX PkgConfig::PQ)
add_library(remit::pqxx ALIAS remit_pqxx)

add_library(remit_prometheus INTERFACE)
target_link_libraries(remit_prometheus INTERFACE PkgConfig::PROMETHEUS)
add_library(remit::prometheus ALIAS remit_prometheus)

add_library(remit_json INTERFACE)
target_link_libraries(remit_json INTERFACE nlohmann_json::nlohmann_json)
add_library(remit::json ALIAS remit_json)

add_library(remit_cli11 INTERFACE)
target_link_libraries(remit_cli11 INTERFACE CLI11::CLI11)
add_library(remit::cli11 ALIAS remit_cli11)

add_library(remit_tomlplusplus INTERFACE)
target_include_directories(remit_tomlplusplus SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE})
add_library(remit::tomlplusplus ALIAS remit_tomlplusplus)
