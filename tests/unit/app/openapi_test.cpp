#include <gtest/gtest.h>

#include <set>

#include "openapi_fixture.hpp"
#include "support/json_schema.hpp"
#include "support/tenants.hpp"

namespace remit::app {
namespace {

using nlohmann::json;
using remit::test::resolve;
using remit::test::schema_faults;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProblem = "application/problem+json";

struct Operation {
  net::Method method;
  std::string pattern;
  const json* item;  ///< of the path: what its operations have in common
  const json* described;

  [[nodiscard]] std::string id() const { return described->value("operationId", ""); }
};

class OpenApiTest : public test::OpenApiFixture {
 protected:
  std::vector<Operation> operations() {
    static const std::map<std::string, net::Method> kMethods = {{"get", net::Method::get},
                                                                {"post", net::Method::post},
                                                                {"put", net::Method::put},
                                                                {"patch", net::Method::patch},
                                                                {"delete", net::Method::delete_}};
    std::vector<Operation> found;
    for (const auto& [pattern, item] : document_["paths"].items()) {
      for (const auto& [name, described] : item.items()) {
        const auto method = kMethods.find(name);
        if (method != kMethods.end()) found.push_back({method->second, pattern, &item, &described});
      }
    }
    return found;
  }

  Operation operation(const std::string& id) {
    for (Operation& one : operations()) {
      if (one.id() == id) return one;
    }
    throw std::runtime_error("no operation " + id);
  }

  std::vector<json> parameters(const Operation& operation) {
    std::vector<json> all;
    for (const json* owner : {operation.item, operation.described}) {
      for (const json& one : owner->value("parameters", json::array())) {
        all.push_back(resolve(document_, one));
      }
    }
    return all;
  }

  /// The bodies that the document shows for the operation; one empty text when it takes none.
  std::vector<std::string> bodies(const Operation& operation) {
    if (!operation.described->contains("requestBody")) return {""};
    std::vector<std::string> shown;
    for (const auto& one : (*operation.described)["requestBody"]["content"][kJson]["examples"]) {
      shown.push_back(resolve(document_, one)["value"].dump());
    }
    return shown;
  }

  net::Response ask_as_described(const Operation& operation, std::string body) {
    std::string path = operation.pattern;
    net::Headers headers;
    for (const json& one : parameters(operation)) {
      const std::string name = one["name"];
      const std::string example = one.value("example", "");
      if (one["in"] == "header" && !example.empty()) headers.add(name, example);
      if (one["in"] != "path") continue;
      const std::string place = "{" + name + "}";
      path.replace(path.find(place), place.size(), example);
    }
    return ask(operation.method, path, std::move(headers), std::move(body));
  }

  /// That the document knows this status of the operation, its headers and the shape of its body.
  void expect_described(const Operation& operation, const net::Response& response) {
    SCOPED_TRACE(operation.id() + " answered " + std::to_string(response.status) + " " +
                 response.body.substr(0, 400));
    const json& responses = (*operation.described)["responses"];
    const std::string status = std::to_string(response.status);
    ASSERT_TRUE(responses.contains(status));
    const json& described = resolve(document_, responses[status]);
    if (response.status == 204) {
      EXPECT_EQ(response.body, "");
      return;
    }
    ASSERT_TRUE(described["content"].contains(response.content_type));
    const json& schema = described["content"][response.content_type]["schema"];
    const bool is_text = response.content_type.starts_with("text/");
    const json body = is_text ? json(response.body) : json::parse(response.body);
    const auto faults = schema_faults(document_, schema, body);
    EXPECT_TRUE(faults.empty()) << json(faults).dump(2);
    for (const net::Header& header : response.headers) {
      EXPECT_TRUE(described["headers"].contains(header.name)) << header.name;
    }
  }

  void show_quote() {
    quotes::Quote quote = make_quote();
    const Operation reading = operation("getQuote");
    quote.quote_id = parameters(reading).back()["example"];
    store_.quotes.insert_or_assign({kTenant, *quotes::parse_quote_id(quote.quote_id)}, quote);
  }
};

void for_each_object(const json& value, const auto& visit) {
  if (value.is_object()) visit(value);
  if (!value.is_structured()) return;
  for (const json& member : value) for_each_object(member, visit);
}

// A checker that finds nothing would let every test below pass.
TEST_F(OpenApiTest, FaultsAgainstASchemaAreFound) {
  const auto count = [this](const std::string& name, const json& value) {
    const json schema = {{"$ref", "#/components/schemas/" + name}};
    return schema_faults(document_, schema, value).size();
  };
  json charge = document_["components"]["examples"]["ChargePayment"]["value"];
  EXPECT_EQ(count("ChargePayment", charge), 0U);
  charge.erase("processor");
  charge["amount"] = 0;
  charge["fee_amount"] = "1";
  charge["status"] = "ONRAMP_PENDING";
  charge["created_at"] = "yesterday";
  charge["attempts"][0]["operation_id"] = "7";
  EXPECT_EQ(count("ChargePayment", charge), 6U);
  EXPECT_EQ(count("Payment", charge), 1U) << "neither kind";
  EXPECT_EQ(count("CurrencyInput", "uSD"), 0U);
  EXPECT_EQ(count("CurrencyInput", "USDC"), 1U);
  EXPECT_EQ(count("Rate", 0), 1U);
  EXPECT_EQ(count("FeeRequest", {{"amount", 1}, {"priority", ""}}), 3U);
}

TEST_F(OpenApiTest, IsServedAsItStandsInTheRepository) {
  const net::Response response = ask(net::Method::get, "/openapi.json");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, kJson);
  EXPECT_EQ(response.body, openapi_document());
  EXPECT_TRUE(document_["openapi"].get<std::string>().starts_with("3.1."));
  EXPECT_EQ(document_["info"]["version"], REMIT_VERSION);
}

TEST_F(OpenApiTest, DescribesTheRoutesAndNothingElse) {
  std::set<std::string> described;
  for (const Operation& one : operations()) {
    described.insert(std::string(net::to_string(one.method)) + " " + one.pattern);
  }
  std::set<std::string> routes;
  for (const net::Route& one : router_.routes()) {
    routes.insert(std::string(net::to_string(one.method)) + " " + one.pattern);
  }
  EXPECT_EQ(json(described).dump(2), json(routes).dump(2));
}

TEST_F(OpenApiTest, EveryOperationButThreeAsksForTheScopeThatItNames) {
  static const std::set<std::string> kOpen = {"getHealth", "getReadiness", "getOpenApi"};
  for (const Operation& one : operations()) {
    SCOPED_TRACE(one.id());
    const auto match = router_.match(one.method, one.pattern);
    ASSERT_NE(match.route, nullptr);
    const net::Scope scope = match.route->scope;
    EXPECT_EQ(scope == net::Scope::open, kOpen.contains(one.id()));
    json security = json::array();
    if (scope != net::Scope::open) {
      security.push_back({{"apiKey", json::array({std::string(net::to_string(scope))})}});
    }
    EXPECT_EQ((*one.described)["security"], security);
    for (const char* status : {"401", "403", "429"}) {
      EXPECT_EQ((*one.described)["responses"].contains(status), scope != net::Scope::open);
    }
  }
}

TEST_F(OpenApiTest, KnowsEveryScope) {
  json scopes = json::array();
  for (const net::Scope scope : net::key_scopes()) {
    scopes.push_back(std::string(net::to_string(scope)));
  }
  EXPECT_EQ(document_["components"]["schemas"]["Scope"]["enum"], scopes);
}

TEST_F(OpenApiTest, EveryReferenceLeadsSomewhere) {
  int count = 0;
  for_each_object(document_, [&](const json& object) {
    if (!object.contains("$ref")) return;
    ++count;
    EXPECT_NO_THROW(static_cast<void>(resolve(document_, object))) << object.dump();
  });
  EXPECT_GT(count, 100);
}

TEST_F(OpenApiTest, EveryComponentIsReferredTo) {
  std::set<std::string> used;
  for_each_object(document_, [&](const json& object) {
    if (object.contains("$ref")) used.insert(object["$ref"].get<std::string>());
  });
  for (const Operation& one : operations()) {
    for (const json& needed : (*one.described)["security"]) {
      for (const auto& [scheme, scopes] : needed.items()) {
        used.insert("#/components/securitySchemes/" + scheme);
      }
    }
  }
  for (const auto& [kind, components] : document_["components"].items()) {
    for (const auto& [name, component] : components.items()) {
      EXPECT_TRUE(used.contains("#/components/" + kind + "/" + name)) << kind << "/" << name;
    }
  }
}

TEST_F(OpenApiTest, EveryOperationSaysWhatItIsAndWhatItAnswers) {
  std::set<std::string> ids;
  for (const Operation& one : operations()) {
    SCOPED_TRACE(one.pattern);
    EXPECT_TRUE(ids.insert(one.id()).second) << one.id();
    EXPECT_FALSE(one.described->value("summary", "").empty());
    bool succeeds = false;
    bool refuses = false;
    for (const auto& [status, given] : (*one.described)["responses"].items()) {
      if (status == "101") continue;  // what follows is no message of HTTP
      const json& response = resolve(document_, given);
      EXPECT_TRUE(response["headers"].contains("X-Request-Id")) << status;
      if (status == "204") {
        succeeds = true;
        EXPECT_FALSE(response.contains("content")) << "it has no body";
        continue;
      }
      const bool has_content = response["content"].contains(kJson) || one.id() == "getMetrics";
      succeeds = succeeds || (status.starts_with("2") && has_content);
      refuses = refuses || response["content"].contains(kProblem);
      EXPECT_EQ(response["content"].contains(kProblem), !status.starts_with("2")) << status;
    }
    EXPECT_TRUE((succeeds || one.id() == "followEvents") && refuses);
  }
}

TEST_F(OpenApiTest, EveryParameterOfAPathIsDescribed) {
  for (const Operation& one : operations()) {
    std::set<std::string> in_path;
    for (const json& parameter : parameters(one)) {
      if (parameter["in"] == "path")
        in_path.insert("{" + parameter["name"].get<std::string>() + "}");
    }
    for (const std::string& name : in_path) {
      EXPECT_NE(one.pattern.find(name), std::string::npos) << one.pattern << " has no " << name;
    }
    const auto count = std::ranges::count(one.pattern, '{');
    EXPECT_EQ(static_cast<std::ptrdiff_t>(in_path.size()), count) << one.pattern;
  }
}

TEST_F(OpenApiTest, ItsExamplesFitItsSchemas) {
  int count = 0;
  for_each_object(document_, [&](const json& object) {
    if (!object.contains("schema") || !object["schema"].is_object()) return;
    std::vector<json> values;
    if (object.contains("example")) values.push_back(object["example"]);
    for (const json& one : object.value("examples", json::object())) {
      values.push_back(resolve(document_, one)["value"]);
    }
    for (const json& value : values) {
      ++count;
      const auto faults = schema_faults(document_, object["schema"], value);
      EXPECT_TRUE(faults.empty()) << value.dump() << "\n" << json(faults).dump(2);
    }
  });
  EXPECT_GT(count, 15);
}

TEST_F(OpenApiTest, EveryOperationTakesTheExamplesAndAnswersAsDescribed) {
  show_quote();
  payment_store_.listed = {make_conversion(true), make_failed_charge(), make_conversion(false)};
  for (const Operation& one : operations()) {
    if (one.id() == "followEvents") continue;  // only a connection can be handed to a WebSocket
    for (const std::string& body : bodies(one)) {
      payment_store_.shown =
          one.id() == "retryPayment" ? make_failed_charge() : make_conversion(false);
      const net::Response response = ask_as_described(one, body);
      // The database of these routes does not answer.
      EXPECT_EQ(response.status / 100, one.id() == "getReadiness" ? 5 : 2)
          << one.id() << body << response.body;
      expect_described(one, response);
    }
  }
}

TEST_F(OpenApiTest, PaymentsOfEitherKindLookAsDescribed) {
  for (const auto& payment :
       {make_conversion(false), make_conversion(true), make_failed_charge()}) {
    payment_store_.shown = payment;
    for (const std::string id : {"getPayment", "getPaymentRouting"}) {
      const Operation one = operation(id);
      expect_described(one, ask_as_described(one, ""));
    }
  }
}

TEST_F(OpenApiTest, RefusalsAreDescribed) {
  const auto refused = [this](const Operation& one, const std::string& body, int status) {
    const net::Response response = ask_as_described(one, body);
    EXPECT_EQ(response.status, status) << one.id() << response.body;
    expect_described(one, response);
  };
  for (const Operation& one : operations()) {
    if (one.described->contains("requestBody")) {
      refused(one, "{", 400);
      if ((*one.described)["requestBody"]["required"] == true) refused(one, "{}", 400);
    }
    if (one.pattern.contains("{payment_id}")) refused(one, "", 404);
  }
  refused(operation("getQuote"), "", 404);
  refused(operation("createQuote"), R"({"from_currency":"USD","to_currency":"EUR","amount":1})",
          422);
  refused(operation("calculateFees"), R"({"from_currency":"USD","to_currency":"EUR","amount":1})",
          422);
  payment_store_.shown = make_conversion(true);
  refused(operation("cancelPayment"), "", 409);
  refused(operation("retryPayment"), "", 409);

  const Operation paying = operation("createPayment");
  expect_described(paying, ask(net::Method::post, "/payments", {}, bodies(paying).back()));
  payment_store_.refusal = Problem(kUnavailable, "no database");
  payment_store_.refusal->retry_after = std::chrono::seconds(1);
  for (const Operation& one : operations()) {
    if (one.pattern.contains("payments")) refused(one, bodies(one).front(), 503);
  }
}

}  // namespace
}  // namespace remit::app
