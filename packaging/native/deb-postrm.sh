#!/bin/sh
# postrm remove, purge, upgrade NEW, disappear, failed-upgrade, abort-install, abort-upgrade
. ./native.sh

case $1 in
  remove) after_removal ;;
  purge) after_purge ;;
esac
