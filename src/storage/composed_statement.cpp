#include "remit/storage/composed_statement.hpp"

#include <stdexcept>

namespace remit::storage {
namespace {

void append_parameter(std::string& sql, int& parameters) {
  sql += "$" + std::to_string(++parameters);
}

}  // namespace

ComposedStatement::ComposedStatement(const char* name, std::string_view text,
                                     std::initializer_list<Hole> holes)
    : name_(name) {
  int parameters = 0;
  for (const Hole& hole : holes) {
    const std::size_t at = text.find(hole.name);
    if (at == std::string_view::npos) {
      throw std::logic_error("no " + std::string(hole.name) + " in the statement " + name);
    }
    sql_ += text.substr(0, at);
    hole.filling(sql_, parameters);
    text.remove_prefix(at + hole.name.size());
  }
  sql_ += text;
}

std::string names(const std::vector<ColumnName>& columns, std::string_view prefix) {
  std::string list;
  for (const ColumnName& column : columns) {
    if (!list.empty()) list += ", ";
    list += prefix;
    list += column.name;
  }
  return list;
}

Filling unnest(std::vector<ColumnName> columns, std::string_view alias) {
  return [columns = std::move(columns), alias = std::string(alias)](std::string& sql,
                                                                    int& parameters) {
    sql += "unnest(";
    for (const ColumnName& column : columns) {
      if (&column != &columns.front()) sql += ", ";
      append_parameter(sql, parameters);
      sql += "::" + std::string(column.type) + "[]";
    }
    sql += ") AS " + alias + " (" + names(columns) + ")";
  };
}

Filling parameter(std::string_view type) {
  return [type = std::string(type)](std::string& sql, int& parameters) {
    append_parameter(sql, parameters);
    if (!type.empty()) sql += "::" + type;
  };
}

}  // namespace remit::storage
