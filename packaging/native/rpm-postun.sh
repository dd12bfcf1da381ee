#!/bin/sh
# %postun N
. ./native.sh

case $1 in 0) after_removal ;; esac
