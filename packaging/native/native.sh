# What the scripts of the .deb and the .rpm do. Files come and go with dpkg and rpm; account, configuration, start and
# stop are the code of install.sh. A script is put together at build time: each line ". …/NAME.sh" becomes that file,
# for a package's scripts run when its files are not there yet, or no more.
# shellcheck shell=sh disable=SC2034 # PAYLOAD is configuration.sh's
. ../install/common.sh
. ../install/check.sh
. ../install/configuration.sh
. ../install/removal.sh
. ../install/release.sh

PAYLOAD=$ROOT/share

before_files() {
  take_lock
  check_distribution
  check_not_distributor
}

# Configuration, start, a look whether it lives. A service that does not start is told and no error: half-installed
# packages stop every other installation on the host.
after_files() {
  take_lock
  try_out "$LINK"
  make_account
  write_configuration "$LINK"
  running=$(wanted_running)
  place_drop_in "$PAYLOAD/back-off.conf" || true
  if [ "$running" = yes ]; then systemctl enable --quiet "$UNIT"; fi
  reload_systemd
  if [ "$running" = yes ] && may_start; then start_installed; fi
  echo yes >"$COMPLETE"
  rm -f "$ACTIVATION" "$LEAVING"
  forget_configuration
  if [ "$running" = no ]; then say "installed and not started; start it with: systemctl enable --now vpc-canary"; fi
}

# Images are built in places where nothing may start; Debian's way to say so is policy-rc.d with 101.
may_start() {
  systemd_runs && { [ ! -x /usr/sbin/policy-rc.d ] || /usr/sbin/policy-rc.d "$UNIT" start || [ $? != 101 ]; }
}

start_installed() {
  if [ -e "$CONFIGURATION/config.yaml" ] && ! said=$(run_check "$LINK" --config "$CONFIGURATION/config.yaml"); then
    say "$CONFIGURATION/config.yaml has problems, and nothing is probed until they are mended: $said" >&2
  fi
  if [ "$environment_changed" = yes ] || ! runs "$LINK"; then restart_service; fi
  wait_healthy "$LINK" || say_unhealthy "installed, but it did not become healthy within $waited s"
}

before_removal() {
  take_lock
  remember_activation
  rm -f "$COMPLETE"
  if systemd_runs; then systemctl stop "$UNIT"; fi
  systemctl disable --quiet "$UNIT"
}

after_removal() {
  take_lock
  if someone_else_is_here; then return; fi
  remove_software
  say "removed; $CONFIGURATION and $STATE stay"
}

after_purge() {
  take_lock
  if someone_else_is_here; then return; fi
  purge
  say "configuration and state were removed"
}

# After removal the place may have gone to Distributor.
someone_else_is_here() { [ -e "$LINK" ]; }
