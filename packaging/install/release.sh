# One release into force, or the one before back: copy, try, switch, restart, look, and only then forget the old one.
# shellcheck shell=sh disable=SC2154 # ID is the caller's, environment_changed is configuration.sh's

# Seconds a release has to become healthy, for how long it must stay so, and how often it may be restarted meanwhile.
PATIENCE=30
STEADY=3
MOST_RESTARTS=4

executable_of() { printf '%s/%s/bin/vpc-canary\n' "$RELEASES" "$1"; }

# Copies the package to its place under a name of its own, so that the release in force stays whole.
stage() {
  rm -rf "$RELEASES"/.new.*
  if cmp -s vpc-canary "$(executable_of "$ID")"; then return; fi
  check_space
  trap 'rm -rf "$RELEASES/.new.$ID"' EXIT
  new=$RELEASES/.new.$ID
  mkdir -p "$new/bin"
  cp vpc-canary "$new/bin/vpc-canary" || fail "cannot write to $RELEASES; is the disk full?"
  cp vpc-canary.service back-off.conf "$new/"
  chmod 0755 "$ROOT" "$RELEASES" "$new" "$new/bin" "$new/bin/vpc-canary"
  sync_file "$new/bin/vpc-canary"
  rm -rf "${RELEASES:?}/$ID"
  mv "$new" "$RELEASES/$ID"
  trap - EXIT
  relabel "$ROOT"
}

# try_out EXECUTABLE: runs it once before anything depends on it: a wrong libc, a noexec mount, a policy that forbids it
# show here.
try_out() {
  said=$("$1" version 2>&1) ||
    fail "the executable does not run on this host: $said. Is $ROOT on a file system mounted noexec, or SELinux or fapolicyd in the way?"
}

check_version() {
  case $said in
    *" $(package_fact version) "*) ;;
    *) fail "the executable says it is \"$said\", the package says $(package_fact version)" ;;
  esac
}

# Link and unit files of release $1. Says whether a unit file changed, in units_changed.
switch_to() {
  units_changed=no
  mkdir -p "$ROOT/bin"
  chmod 0755 "$ROOT/bin"
  if [ "$(release_in_force)" != "$1" ]; then
    ln -sfn "../releases/$1/bin/vpc-canary" "$ROOT/bin/.new"
    mv -fT "$ROOT/bin/.new" "$LINK"
  fi
  if install_file "$RELEASES/$1/vpc-canary.service" "$UNIT_FILE" 0644; then units_changed=yes; fi
  if place_drop_in "$RELEASES/$1/back-off.conf"; then units_changed=yes; fi
  if [ -L "$COMMAND" ] || [ ! -e "$COMMAND" ]; then ln -sfn "$LINK" "$COMMAND"; fi
  relabel "$ROOT/bin" "$UNIT_FILE"
  # always: systemd may not yet have read what an interrupted run has written
  systemctl daemon-reload
}

# place_drop_in FILE: older systemd knows none of its keys and would say so at each boot. False when nothing changed.
place_drop_in() {
  [ "$(systemctl --version | awk 'NR == 1 { print $2 + 0 }')" -ge 254 ] && install_file "$1" "$DROP_INS/10-back-off.conf" 0644
}

main_pid() { systemctl show -p MainPID "$UNIT" | sed 's/.*=//'; }

# Is executable $1 what runs? One that was replaced since reads "… (deleted)".
runs() {
  running_pid=$(main_pid)
  [ "$running_pid" != 0 ] && [ "$(readlink "/proc/$running_pid/exe" 2>/dev/null)" = "$1" ]
}

# wait_healthy EXECUTABLE. Healthy: the agent has told systemd that it probes, and the same process stays for a while.
# One that keeps ending is given up early, for until then nothing is probed.
wait_healthy() {
  waited=0
  steady=0
  seen_pid=0
  while [ "$waited" -lt "$PATIENCE" ] && [ "$(systemctl show -p NRestarts "$UNIT" | sed 's/.*=//')" -lt "$MOST_RESTARTS" ]; do
    if systemctl is-active --quiet "$UNIT" && runs "$1"; then
      if [ "$running_pid" = "$seen_pid" ]; then steady=$((steady + 1)); else steady=0; fi
      seen_pid=$running_pid
      if [ "$steady" -ge "$STEADY" ]; then return 0; fi
    else
      steady=0
    fi
    sleep 1
    waited=$((waited + 1))
  done
  return 1
}

# Not healthy: says so first, for the SSM agent shows 2,500 characters only, then the last words of the service itself,
# without systemd's about it but for how it ended.
say_unhealthy() {
  printf 'vpc-canary: %s; its last words:\n' "$1" >&2
  {
    journalctl _SYSTEMD_UNIT="$UNIT" -n 6 --no-pager -o cat
    journalctl -u "$UNIT" -n 60 --no-pager -o cat | grep 'Main process exited' | tail -n 1
  } 2>/dev/null | cut -c 1-180 | sed 's/^/  | /' >&2
}

restart_service() {
  systemctl reset-failed "$UNIT" 2>/dev/null || true
  systemctl enable --quiet "$UNIT"
  systemctl restart --no-block "$UNIT"
}

# After a failed start: back to the last complete release, or to nothing if there is none.
roll_back() {
  say_unhealthy "$ID did not become healthy within $waited s"
  restore_configuration
  before=$(cat "$COMPLETE" 2>/dev/null || true)
  if [ -n "$before" ] && [ "$before" != "$ID" ] && [ -x "$(executable_of "$before")" ]; then
    switch_to "$before"
    restart_service
    rm -rf "${RELEASES:?}/$ID"
    if wait_healthy "$(executable_of "$before")"; then fail "$before is back in force"; fi
    fail "$before, now back in force, does not start either"
  fi
  if [ "$before" = "$ID" ]; then fail "$ID has run before; it stays installed"; fi
  remove_software
  fail "$ID was removed, configuration and state stay"
}

# The whole way, for install.sh and update.sh alike.
bring_into_force() {
  take_lock
  check_host
  ID=$(package_id)
  running=$(wanted_running)
  in_force=$(release_in_force)
  stage
  executable=$(executable_of "$ID")
  try_out "$executable"
  check_version
  if [ -n "$in_force" ] && [ "$in_force" != "$ID" ] && [ -x "$LINK" ]; then check_same_configuration "$LINK" "$executable"; fi
  install_file vpc-canary.sysusers "$SYSUSERS" 0644 || true
  make_account
  write_configuration "$executable"
  switch_to "$ID"
  if [ "$running" = yes ]; then
    # from here on the answer to "shall it run" is on disk, should this be interrupted
    systemctl enable --quiet "$UNIT"
    if [ "$units_changed$environment_changed" != nono ] || ! runs "$executable"; then restart_service; fi
    wait_healthy "$executable" || roll_back
  fi
  printf '%s\n' "$ID" >"$COMPLETE.new"
  mv -f "$COMPLETE.new" "$COMPLETE"
  rm -f "$ACTIVATION" "$LEAVING"
  forget_configuration
  forget_other_releases
  if [ "$running" = yes ]; then say "$ID runs"; else say "$ID is installed and not started; start it with: systemctl enable --now vpc-canary"; fi
}

forget_other_releases() {
  for folder in "$RELEASES"/*; do
    if [ "$folder" != "$RELEASES/$ID" ]; then rm -rf "$folder"; fi
  done
}
