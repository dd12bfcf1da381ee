#!/bin/sh
# Removes the software. Configuration, state and their user stay, unless SSM_PURGE=true.
#
# A failed update makes the SSM agent run the new package's uninstall.sh and the old one's install.sh. By then
# update.sh has put the old version back, and it must go on running: a package removes only its own release.
. ./common.sh
. ./release.sh

take_lock
ID=$(package_id)
in_force=$(release_in_force)
if [ "${SSM_PURGE:-}" != true ] && [ -n "$in_force" ] && [ "$in_force" != "$ID" ] &&
  [ "$in_force" = "$(cat "$COMPLETE" 2>/dev/null)" ]; then
  rm -rf "${RELEASES:?}/$ID"
  say "$in_force is in force, not $ID of this package: it stays. SSM_PURGE=true removes whatever is there."
  exit 0
fi

# Whether it ran, for the install.sh that may follow. An interrupted run has stopped it already.
if [ -e "$UNIT_FILE" ] && [ -d "$CONFIGURATION" ] && [ ! -e "$ROOT/leaving" ]; then
  if systemctl is-enabled --quiet "$UNIT"; then echo yes >"$ACTIVATION"; else echo no >"$ACTIVATION"; fi
  mkdir -p "$ROOT"
  : >"$ROOT/leaving"
fi
remove_software
if [ "${SSM_PURGE:-}" = true ]; then
  rm -rf "$CONFIGURATION" "$STATE" "/etc/systemd/system/$UNIT.d"
  systemctl daemon-reload
  if getent passwd "$ACCOUNT" >/dev/null; then userdel "$ACCOUNT"; fi
  if getent group "$ACCOUNT" >/dev/null; then groupdel "$ACCOUNT"; fi
  rm -f /run/vpc-canary-install.lock
  say "removed, with configuration and state"
else
  say "removed; $CONFIGURATION and $STATE stay (SSM_PURGE=true removes them too)"
fi
