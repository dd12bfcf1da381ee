#!/bin/sh
# %preun N, the number of packages of this name that stay: 1 when updating
. ./native.sh

case $1 in 0) before_removal ;; esac
