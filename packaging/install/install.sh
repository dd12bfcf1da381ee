#!/bin/sh
# Installs this package and starts the service; over another version it is an update. Run in the package's folder.
. ./common.sh
. ./check.sh
. ./configuration.sh
. ./removal.sh
. ./release.sh

bring_into_force
