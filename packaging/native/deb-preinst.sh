#!/bin/sh
# Debian Policy 6.5: preinst install|upgrade [OLD], abort-upgrade NEW
. ./native.sh

case $1 in install | upgrade) before_files ;; esac
