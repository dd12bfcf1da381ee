# What must hold before anything is changed. Each refusal says what is wrong and what to do.
# shellcheck shell=sh

check_host() {
  check_distribution
  check_architecture
  systemd_runs || fail "systemd does not run here (no /run/systemd/system), and the agent is a systemd service"
  check_payload
  check_not_native
}

# Two owners of one place would take each other's files away.
check_not_native() {
  if [ -e "$LINK" ] && [ ! -L "$LINK" ]; then
    fail "vpc-canary is installed here from a .deb or .rpm: update or remove it with apt, dnf or zypper (configuration and state stay), then install this package"
  fi
}

# The same, seen from a .deb or .rpm.
check_not_distributor() {
  if [ -L "$LINK" ] || [ -d "$RELEASES" ]; then
    fail "vpc-canary is installed here by Systems Manager Distributor or install.sh: uninstall it there first (AWS-ConfigureAWSPackage with action Uninstall, or uninstall.sh of its package); configuration and state stay"
  fi
}

check_distribution() {
  os_id=$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')
  os_version=$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')
  if [ "$os_id" = amzn ] && [ "$os_version" = 2 ]; then
    fail "Amazon Linux 2 is not supported: its glibc is 2.26 and the agent needs 2.28. Move the instance to Amazon Linux 2023."
  fi
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null || true)
  if [ -n "$libc" ] && [ "$(printf 'glibc 2.28\n%s\n' "$libc" | sort -V | head -n 1)" != "glibc 2.28" ]; then
    fail "$os_id $os_version is not supported: it has $libc and the agent needs glibc 2.28"
  fi
}

check_architecture() {
  case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) machine=$(uname -m) ;;
  esac
  wanted=$(package_fact architecture)
  [ "$machine" = "$wanted" ] || fail "this package is for $wanted, this machine is $machine. Install the package of its architecture."
}

check_payload() {
  sha256sum --status -c SHA256SUMS 2>/dev/null ||
    fail "the package is damaged or was tampered with: $(sha256sum -c SHA256SUMS 2>/dev/null | grep -v ': OK$' | tr '\n' ';')"
}

# Room for one more executable. Under /opt, where it will lie.
check_space() {
  needed=$(($(wc -c <vpc-canary) / 1024 + 10240))
  mkdir -p "$RELEASES" || fail "cannot make $RELEASES"
  free=$(df -Pk "$RELEASES" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$needed" ] || fail "not enough space in $RELEASES: $needed KiB are needed, $free KiB are free"
}
