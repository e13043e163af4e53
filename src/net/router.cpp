#include "remit/net/router.hpp"

#include <algorithm>
#include <stdexcept>

#include "text.hpp"

namespace remit::net {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

/// Takes the next segment off `rest`, which stands behind a slash. Nothing when there is none left.
std::optional<std::string_view> next_segment(std::string_view& rest) {
  if (!rest.starts_with('/')) return std::nullopt;
  rest.remove_prefix(1);
  const std::string_view segment = rest.substr(0, rest.find('/'));
  rest.remove_prefix(segment.size());
  return segment;
}

}  // namespace

void Router::add(std::vector<Route> routes) {
  for (Route& route : routes) add(std::move(route));
}

void Router::add(Route route) {
  const std::string& pattern = route.pattern;
  if (!pattern.starts_with('/')) throw std::logic_error("a route must begin with '/': " + pattern);
  std::size_t node = 0;
  std::string_view rest = pattern;
  while (const auto segment = next_segment(rest)) node = child_for(node, *segment);
  for (const std::size_t other : nodes_[node].routes) {
    if (routes_[other].method == route.method) throw std::logic_error("two routes for " + pattern);
  }
  nodes_[node].routes.push_back(routes_.size());
  routes_.push_back(std::move(route));
}

std::size_t Router::child_for(std::size_t node, std::string_view segment) {
  const std::size_t made = nodes_.size();
  if (is_parameter(segment)) {
    if (nodes_[node].parameter) return *nodes_[node].parameter;
    nodes_[node].parameter = made;
  } else {
    for (const auto& [literal, child] : nodes_[node].literals) {
      if (literal == segment) return child;
    }
    nodes_[node].literals.emplace_back(segment, made);
  }
  nodes_.emplace_back();
  return made;
}

const Router::Node* Router::find(const Node& node, std::string_view rest,
                                 std::vector<std::string>& values) const {
  const auto segment = next_segment(rest);
  if (!segment) return node.routes.empty() ? nullptr : &node;
  std::string decoded(*segment);
  if (segment->find('%') != std::string_view::npos) {
    auto plain = percent_decode(*segment);
    if (!plain) return nullptr;
    decoded = *std::move(plain);
  }
  for (const auto& [literal, child] : node.literals) {
    if (literal != decoded) continue;
    if (const Node* found = find(nodes_[child], rest, values)) return found;
  }
  if (!node.parameter || decoded.empty()) return nullptr;
  values.push_back(std::move(decoded));
  const Node* found = find(nodes_[*node.parameter], rest, values);
  if (found == nullptr) values.pop_back();
  return found;
}

const Route* Router::choose(const Node& node, Method method) const {
  const Route* fallback = nullptr;
  for (const std::size_t index : node.routes) {
    const Route& route = routes_[index];
    if (route.method == method) return &route;
    if (method == Method::head && route.method == Method::get) fallback = &route;
  }
  return fallback;
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match match;
  std::vector<std::string> values;
  const Node* node = find(nodes_.front(), path, values);
  if (node == nullptr) return match;
  match.route = choose(*node, method);
  if (match.route == nullptr) {
    for (const std::size_t index : node->routes) {
      match.allowed.push_back(routes_[index].method);
      if (routes_[index].method == Method::get) match.allowed.push_back(Method::head);
    }
    match.allowed.push_back(Method::options);
    std::ranges::sort(match.allowed);
    const auto repeated = std::ranges::unique(match.allowed);
    match.allowed.erase(repeated.begin(), repeated.end());
    return match;
  }
  std::size_t at = 0;
  std::string_view rest = match.route->pattern;
  while (const auto segment = next_segment(rest)) {
    if (!is_parameter(*segment)) continue;
    match.parameters.emplace_back(segment->substr(1, segment->size() - 2), std::move(values[at++]));
  }
  return match;
}

std::string allow_list(std::span<const Method> methods) {
  std::string list;
  for (const Method method : methods) {
    if (!list.empty()) list += ", ";
    list += to_string(method);
  }
  return list;
}

}  // namespace remit::net
