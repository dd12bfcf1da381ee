#!/bin/sh
# %pre N, the number of packages of this name there will be
. ./native.sh

before_files
