# Of a report of ctest in JUnit's format: "<passed> <failed>", by the counts that GoogleTest prints at the end of each
# of its programs.
function finish() {
  if (status == "") return
  if (status == "run" && good == 0 && bad == 0) good = 1
  if (status != "run" && !skipped && bad == 0) bad = 1
  passed += good
  failed += bad
  status = ""
}
/<testcase / {
  finish()
  status = $0
  sub(/.* status="/, "", status)
  sub(/".*/, "", status)
  good = bad = skipped = 0
}
/<skipped message="SKIP/ { skipped = 1 }
/\[  PASSED  \] [0-9]+ test/ { good = $4 }
/\[  FAILED  \] [0-9]+ test/ { bad = $4 }
END {
  finish()
  print passed + 0, failed + 0
}
