#!/bin/sh
# Updates in place: the version before keeps probing until the new one is ready to start, and comes back if that fails.
. ./common.sh
. ./check.sh
. ./configuration.sh
. ./removal.sh
. ./release.sh

bring_into_force
