#!/bin/sh
# %post N; before the old version's %preun when updating
. ./native.sh

after_files
