# What must hold before anything is changed. Each refusal says what is wrong and what to do.
# shellcheck shell=sh

check_host() {
  check_distribution
  check_architecture
  [ -d /run/systemd/system ] || fail "systemd does not run here (no /run/systemd/system), and the agent is a systemd service"
  check_payload
  if [ -e "$LINK" ] && [ ! -L "$LINK" ]; then
    fail "vpc-canary is installed here from a .deb or .rpm: update it with apt or dnf, or remove it first (configuration and state stay)"
  fi
}

check_distribution() {
  os_id=$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')
  os_version=$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')
  if [ "$os_id" = amzn ] && [ "$os_version" = 2 ]; then
    fail "Amazon Linux 2 is not supported: its glibc is 2.26 and the agent needs 2.28. Move the instance to Amazon Linux 2023."
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
