// Whether wallets, transactions, entries and postings are one story: what holds in every snapshot
// of the database, whatever is going on. Main thread.
#pragma once

#include <string>

#include "support/postgres.hpp"

namespace remit::test {

/// What is wrong with the books of wallets; empty: nothing.
[[nodiscard]] inline std::string wallet_differences(PostgresSession& session) {
  return session.query(R"(
    WITH told AS (
      SELECT 'wallet ' || wallet_id || ' has ' || balance || '+' || reserved || ' against '
             || posted AS what
      FROM wallet w CROSS JOIN LATERAL (
        SELECT coalesce(sum(CASE WHEN to_wallet = wallet_id THEN amount ELSE -amount END), 0)
                 AS posted
        FROM wallet_posting WHERE wallet_id IN (from_wallet, to_wallet)) p
      WHERE balance + reserved <> posted
      UNION ALL
      SELECT 'wallet ' || wallet_id || ' has reserved ' || reserved || ', not what is to be ended'
      FROM wallet
      WHERE reserved <> coalesce((SELECT sum(amount) FROM wallet_due
                                  WHERE from_wallet = wallet_id), 0)
         OR reserved <> coalesce((SELECT sum(amount) FROM wallet_transaction
                                  WHERE from_wallet = wallet_id AND status = 'RESERVED'), 0)
      UNION ALL
      SELECT 'transaction ' || transaction_id || ' is ' || status || ', with entries: ' || entries
      FROM (SELECT t.transaction_id, t.status, count(d.transaction_id) AS entries
            FROM wallet_transaction t LEFT JOIN wallet_due d
              ON d.transaction_id = t.transaction_id AND d.due_at = t.execute_at
             AND d.amount = t.amount AND d.from_wallet = t.from_wallet
             AND d.to_wallet = t.to_wallet AND d.is_hold = t.is_hold
            GROUP BY t.transaction_id, t.status) AS waiting
      WHERE entries <> (CASE status WHEN 'RESERVED' THEN 1 ELSE 0 END)
      UNION ALL
      SELECT 'transaction ' || transaction_id || ' moved ' || coalesce(moved, 0) || ' and posted '
             || postings
      FROM (SELECT t.transaction_id, t.moved,
                   coalesce(string_agg(p.amount::text, ' and ' ORDER BY p.posting_id), '0')
                     AS postings
            FROM wallet_transaction t LEFT JOIN wallet_posting p
              ON p.transaction_id = t.transaction_id
             AND p.from_wallet IS NOT DISTINCT FROM t.from_wallet
             AND p.to_wallet IS NOT DISTINCT FROM t.to_wallet
            GROUP BY t.transaction_id, t.moved) AS moved
      WHERE coalesce(moved, 0)::text <> postings
      UNION ALL
      SELECT 'all wallets have ' || has || ', not ' || came
      FROM (SELECT coalesce((SELECT sum(balance + reserved) FROM wallet), 0) AS has,
                   coalesce((SELECT sum(CASE kind WHEN 'deposit' THEN amount
                                                  WHEN 'withdrawal' THEN -amount ELSE 0 END)
                             FROM wallet_transaction), 0) AS came) AS sums
      WHERE has <> came)
    SELECT coalesce(string_agg(what, E'\n'), '') FROM told)");
}

/// What is wrong with the events about transactions, numbered or not; empty: nothing.
[[nodiscard]] inline std::string wallet_event_differences(PostgresSession& session) {
  return session.query(R"(
    WITH told AS (
      SELECT split_part(line, E'\t', 1) AS type, split_part(line, E'\t', 2) AS resource
      FROM event_body, string_to_table(lines, E'\n') AS line),
    expected AS (
      SELECT 'transaction.reserved' AS type, '/transactions/' || transaction_id AS resource
      FROM wallet_transaction WHERE kind = 'transfer'
      UNION ALL
      SELECT 'transaction.' || lower(status), '/transactions/' || transaction_id
      FROM wallet_transaction WHERE status <> 'RESERVED')
    SELECT coalesce(string_agg(type || ' of ' || resource || ' is told ' || times || ' times',
                               E'\n'), '')
    FROM (SELECT type, resource, count(*) AS times FROM told
          WHERE starts_with(type, 'transaction.') GROUP BY type, resource) AS each
    FULL JOIN expected USING (type, resource)
    WHERE times IS DISTINCT FROM 1 OR expected.type IS NULL)");
}

}  // namespace remit::test
