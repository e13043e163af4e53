# What is to be reached, all of it in this one table, and whether it was.
#
#   KEY            of a measurement: row.case.figure
#   KIND           ratio: to the baseline of the same run; value: by itself
#   LEAST or MOST  the number is the least, or the most, that will do
# shellcheck shell=bash

bench_targets='
accept.alone.32               ratio  least  1.3
accept.alone.128              ratio  least  1.8
accept.processing.32          ratio  least  1.0
accept.processing.128         ratio  least  1.3
accept.processing.128.p99     ratio  most   3
auth.keys                     ratio  least  0.97
auth.limited                  ratio  least  0.97
ceiling.healthz               ratio  least  0.6
complete.charges              ratio  least  0.5
steady.p50                    value  most   1
steady.p99                    value  most   2.5
steady.p999                   value  most   6
slow-disk.rate                value  least  10000
slow-disk.p99                 value  most   12
summary.window.1000000        value  most   5
summary.window.10000000       value  most   5
summary.whole.10000000        value  most   20
growth.accept.10000000        ratio  least  0.8
growth.drain.10000000         ratio  least  0.8
slow-clients.direct           ratio  least  0.9
slow-clients.nginx            ratio  least  0.9
events.idle.p50               value  most   20
events.idle.p99               value  most   60
events.busy.p99               value  most   150
webhooks.rate                 value  least  2000
webhooks.fair                 ratio  least  0.95
wallets.spread                value  most   60
wallets.receiver              value  most   60
wallets.sender                value  most   90
wallets.single                ratio  least  1.0
contest.p99                   value  most   3
contest.inconsistencies       value  most   0
contest.lost                  value  most   0
contest.double                value  most   0
contest.mismatch              value  most   0
contest.memory                value  most   350
contest-final.inconsistencies value  most   0
contest-final.lost            value  most   0
contest-final.double          value  most   0
contest-final.mismatch        value  most   0
contest-final.memory          value  most   350
'

# bench_target KEY: prints "KIND LEAST|MOST NUMBER", or nothing when there is none.
bench_target() {
  awk -v key="$1" '$1 == key { print $2, $3, $4 }' <<<"$bench_targets"
}
