#!/bin/sh
# postinst configure [OLD], abort-upgrade, abort-remove, abort-deconfigure
. ./native.sh

after_files
