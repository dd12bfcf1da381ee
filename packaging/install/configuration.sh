# The folder /etc/vpc-canary: made once, then the operator's. Arguments arrive as environment variables:
#
#   SSM_LISTEN            address and port of the page, such as 0.0.0.0:8080; kept until another is given
#   SSM_CONFIG_PARAMETER  name of a parameter of Parameter Store with the configuration; replaces config.yaml
#   SSM_START             "no" installs without starting; decides the first installation, later ones leave it as it is
# shellcheck shell=sh disable=SC2034 # environment_changed is for release.sh

make_account() {
  if ! getent passwd "$ACCOUNT" >/dev/null; then
    if command -v systemd-sysusers >/dev/null 2>&1; then
      systemd-sysusers "$SYSUSERS" || fail "systemd-sysusers cannot make the user $ACCOUNT"
    else
      useradd --system --user-group --home-dir "$STATE" --no-create-home --shell /usr/sbin/nologin "$ACCOUNT" ||
        fail "useradd cannot make the user $ACCOUNT"
    fi
  fi
  mkdir -p "$CONFIGURATION"
  chown "root:$ACCOUNT" "$CONFIGURATION"
  chmod 0750 "$CONFIGURATION"
}

# own FILE: readable by the agent, writable by root.
own() { chown "root:$ACCOUNT" "$1" && chmod 0640 "$1"; }

# Takes the arguments. $1 is the executable that is to read the result.
write_configuration() {
  rm -f "$CONFIGURATION"/*.new "$CONFIGURATION"/*.before
  environment_changed=no
  if [ -n "${SSM_CONFIG_PARAMETER:-}" ]; then
    take_parameter "$1"
  elif [ ! -e "$CONFIGURATION/config.yaml" ]; then
    cp "$PAYLOAD/config.yaml" "$CONFIGURATION/config.yaml.new"
    own "$CONFIGURATION/config.yaml.new"
    mv "$CONFIGURATION/config.yaml.new" "$CONFIGURATION/config.yaml"
  fi
  if [ -n "${SSM_LISTEN:-}" ]; then take_listen "$1"; fi
}

take_listen() {
  said=$(run_check "$1" --config /dev/null --listen "$SSM_LISTEN") || fail "SSM_LISTEN is not an address and port: $said"
  printf '# Written by the installer from SSM_LISTEN.\nVPC_CANARY_HTTP_LISTEN=%s\n' "$SSM_LISTEN" >"$ENVIRONMENT.new"
  own "$ENVIRONMENT.new"
  if cmp -s "$ENVIRONMENT.new" "$ENVIRONMENT"; then
    rm "$ENVIRONMENT.new"
  else
    replace "$ENVIRONMENT"
    environment_changed=yes
  fi
}

take_parameter() {
  command -v aws >/dev/null 2>&1 ||
    fail "SSM_CONFIG_PARAMETER needs the AWS command line (aws) on this host. Install it, or use the document VpcCanary-Configure, which does without."
  file=$CONFIGURATION/config.yaml
  (umask 077 && aws ssm get-parameters --names "$SSM_CONFIG_PARAMETER" --with-decryption --query "Parameters[0].Value" \
    --output text ${AWS_SSM_REGION_NAME:+--region "$AWS_SSM_REGION_NAME"} >"$file.new") ||
    fail "the parameter $SSM_CONFIG_PARAMETER cannot be read. The instance's role needs ssm:GetParameters on it (and kms:Decrypt if it is a SecureString)."
  said=$(run_check "$1" --config "$file.new") || fail "the parameter $SSM_CONFIG_PARAMETER is not a good configuration, nothing was changed: $said"
  own "$file.new"
  if cmp -s "$file.new" "$file"; then rm "$file.new"; else replace "$file"; fi
}

# FILE.new becomes FILE, which is kept as FILE.before until the installation has succeeded.
replace() {
  if [ -e "$1" ]; then cp -p "$1" "$1.before"; fi
  mv -f "$1.new" "$1"
}

restore_configuration() {
  if [ "$environment_changed" = yes ] && [ ! -e "$ENVIRONMENT.before" ]; then rm -f "$ENVIRONMENT"; fi
  for before in "$CONFIGURATION"/*.before; do
    if [ -e "$before" ]; then mv -f "$before" "${before%.before}"; fi
  done
}

forget_configuration() { rm -f "$CONFIGURATION"/*.new "$CONFIGURATION"/*.before; }

# run_check EXECUTABLE [flags]: checks the configuration in an environment like the service's.
run_check() {
  checker=$1
  shift
  env -i PATH="$PATH" "$checker" config check "$@" 2>&1
}

# A release that refuses what the one in force takes would probe nothing after the update.
check_same_configuration() {
  old=$1
  new=$2
  file=$CONFIGURATION/config.yaml
  if [ -e "$file" ] && run_check "$old" --config "$file" >/dev/null && ! said=$(run_check "$new" --config "$file"); then
    fail "the new version refuses $file, which the one in force takes; nothing was changed: $said"
  fi
}

# Shall the service run: yes, no. What is found wins over what is asked.
wanted_running() {
  if [ -e "$COMPLETE" ] && [ -e "$UNIT_FILE" ]; then
    if systemctl is-enabled --quiet "$UNIT" || systemctl is-active --quiet "$UNIT"; then echo yes; else echo no; fi
  elif [ -e "$ACTIVATION" ]; then
    cat "$ACTIVATION"
  elif [ "${SSM_START:-yes}" = no ]; then
    echo no
  else
    echo yes
  fi
}
