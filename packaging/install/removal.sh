# Taking the software away, and with SSM_PURGE=true all that is left of it.
# shellcheck shell=sh

# Whether it ran, for the installation that may follow. An interrupted removal has stopped it already.
remember_activation() {
  if [ -e "$UNIT_FILE" ] && [ -d "$CONFIGURATION" ] && [ ! -e "$LEAVING" ]; then
    if systemctl is-enabled --quiet "$UNIT"; then echo yes >"$ACTIVATION"; else echo no >"$ACTIVATION"; fi
    mkdir -p "$ROOT"
    : >"$LEAVING"
  fi
}

# Everything but configuration and state.
remove_software() {
  systemctl disable --now --quiet "$UNIT" 2>/dev/null || true
  rm -f "$UNIT_FILE" "$SYSUSERS"
  rm -rf "$DROP_INS"
  if [ "$(readlink "$COMMAND" 2>/dev/null)" = "$LINK" ]; then rm -f "$COMMAND"; fi
  reload_systemd
  systemctl reset-failed "$UNIT" 2>/dev/null || true
  rm -rf "$ROOT"
}

# Configuration, state, drop-ins of the operator, user.
purge() {
  rm -rf "$CONFIGURATION" "$STATE" "/etc/systemd/system/$UNIT.d"
  reload_systemd
  if getent passwd "$ACCOUNT" >/dev/null; then userdel "$ACCOUNT"; fi
  if getent group "$ACCOUNT" >/dev/null; then groupdel "$ACCOUNT"; fi
  rm -f /run/vpc-canary-install.lock
}
