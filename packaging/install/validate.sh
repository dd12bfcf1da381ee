#!/bin/sh
# Is this package what is installed, unchanged, and does it run if it should? Changes nothing.
. ./common.sh
. ./check.sh
. ./release.sh

check_payload
ID=$(package_id)
in_force=$(release_in_force)
[ "$in_force" = "$ID" ] || fail "${in_force:-nothing} is in force, not $ID of this package"
[ "$(cat "$COMPLETE" 2>/dev/null)" = "$ID" ] || fail "$ID was not installed to the end; install again"
cmp -s vpc-canary "$(executable_of "$ID")" || fail "$(executable_of "$ID") was changed after it was installed; install again"
if systemctl is-enabled --quiet "$UNIT"; then
  if ! systemctl is-active --quiet "$UNIT" || ! runs "$(executable_of "$ID")"; then
    say_unhealthy "$ID is installed and enabled, but does not run"
    exit 1
  fi
  say "$ID runs"
else
  say "$ID is installed and not started"
fi
