# Places, messages and the lock that all scripts share. Sourced; the current folder is that of the package.
#
#   /opt/vpc-canary/releases/ID/   one folder a release: bin/vpc-canary and its unit files
#   /opt/vpc-canary/bin/vpc-canary link to the executable of the release in force; what the unit starts. A .deb or .rpm
#                                  puts the executable itself there: so it is told whose the installation is
#   /opt/vpc-canary/complete       ID of the last release that was installed to the end, the one to go back to
#   /etc/vpc-canary/               configuration; survives updates and uninstalling
#   /var/lib/vpc-canary/           state; likewise
#
# Every step can be interrupted and repeated: files appear by rename, and what is in force is read from the system,
# never remembered.
# shellcheck shell=sh disable=SC2034 # the variables are used by the scripts that source this

set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin
LC_ALL=C
export PATH LC_ALL
umask 022
unset CDPATH

UNIT=vpc-canary.service
ACCOUNT=vpc-canary
ROOT=/opt/vpc-canary
RELEASES=$ROOT/releases
LINK=$ROOT/bin/vpc-canary
COMPLETE=$ROOT/complete
LEAVING=$ROOT/leaving
COMMAND=/usr/bin/vpc-canary
UNIT_FILE=/usr/lib/systemd/system/$UNIT
DROP_INS=/usr/lib/systemd/system/$UNIT.d
SYSUSERS=/usr/lib/sysusers.d/vpc-canary.conf
CONFIGURATION=/etc/vpc-canary
STATE=/var/lib/vpc-canary
ENVIRONMENT=$CONFIGURATION/environment
ACTIVATION=$CONFIGURATION/activation
# Files that are copied only at need lie here: in the package's folder, or where dpkg and rpm put them.
PAYLOAD=.

say() { printf 'vpc-canary: %s\n' "$*"; }

fail() {
  printf 'vpc-canary: %s\n' "$*" >&2
  exit 1
}

# The manifest of the package: lines of NAME=VALUE.
package_fact() { sed -n "s/^$1=//p" PACKAGE; }

# Version and content: a rebuilt package of one version is another release.
package_id() { printf '%s-%s\n' "$(package_fact version)" "$(sha256sum SHA256SUMS | cut -c 1-12)"; }

# ID of the release that the link leads to; nothing when there is none.
release_in_force() {
  link_target=$(readlink "$LINK" 2>/dev/null) || return 0
  link_target=${link_target#../releases/}
  printf '%s\n' "${link_target%%/*}"
}

# One script at a time, the caller's own and those of people. The lock ends with the process, however that ends.
take_lock() {
  [ "$(id -u)" = 0 ] || fail "this must run as root"
  exec 9>/run/vpc-canary-install.lock
  flock -w 300 9 || fail "another installation has been running for 5 minutes; is it stuck? See: ps -ef | grep vpc-canary"
}

# Puts a file in place in one step: install_file SOURCE TARGET MODE. False when the same is there already.
install_file() {
  if cmp -s "$1" "$2"; then
    chmod "$3" "$2"
    return 1
  fi
  mkdir -p "$(dirname "$2")"
  if ! { cp "$1" "$2.new" && chmod "$3" "$2.new" && sync_file "$2.new" && mv -f "$2.new" "$2"; }; then
    fail "cannot write $2; is the disk full, or /usr read-only?"
  fi
}

# Renaming is safe against kill, but not against power loss: then the content must be on disk before the name.
sync_file() { sync "$1" 2>/dev/null || sync; }

# In an image that is being built systemd does not run: it reads the files at its first boot.
systemd_runs() { [ -d /run/systemd/system ]; }
reload_systemd() { if systemd_runs; then systemctl daemon-reload; fi; }

# SELinux: files get the labels of their places (executables under /opt/…/bin may then be run by systemd).
relabel() {
  if command -v selinuxenabled >/dev/null 2>&1 && selinuxenabled; then
    restorecon -RF "$@" || say "restorecon failed; if the service does not start, see: ausearch -m avc"
  fi
}
