#!/bin/sh
# prerm remove, upgrade NEW, failed-upgrade OLD, deconfigure. The old version probes until the new one is restarted into.
. ./native.sh

case $1 in remove) before_removal ;; esac
