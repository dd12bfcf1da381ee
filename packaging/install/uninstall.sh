#!/bin/sh
# Removes the software. Configuration, state and their user stay, unless SSM_PURGE=true.
#
# A failed update makes the SSM agent run the new package's uninstall.sh and the old one's install.sh. By then
# update.sh has put the old version back, and it must go on running: a package removes only its own release.
. ./common.sh
. ./check.sh
. ./removal.sh

take_lock
check_not_native
ID=$(package_id)
in_force=$(release_in_force)
if [ "${SSM_PURGE:-}" != true ] && [ -n "$in_force" ] && [ "$in_force" != "$ID" ] &&
  [ "$in_force" = "$(cat "$COMPLETE" 2>/dev/null)" ]; then
  rm -rf "${RELEASES:?}/$ID"
  say "$in_force is in force, not $ID of this package: it stays. SSM_PURGE=true removes whatever is there."
  exit 0
fi

remember_activation
remove_software
if [ "${SSM_PURGE:-}" = true ]; then
  purge
  say "removed, with configuration and state"
else
  say "removed; $CONFIGURATION and $STATE stay (SSM_PURGE=true removes them too)"
fi
