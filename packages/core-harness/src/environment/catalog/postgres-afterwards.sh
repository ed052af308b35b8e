#!/bin/sh
# Frees what a PostgreSQL that was killed leaves in the kernel: backends, which are in sessions of their own and end only
# when they next look, and a segment of System V shared memory. One that ended in order has removed its postmaster.pid.
#
#   postgres-afterwards.sh DIRECTORY
data=$1/data
[ -f "$data/postmaster.pid" ] || exit 0

for process in /proc/[0-9]*; do
  [ "$(readlink "$process/cwd" 2>/dev/null)" != "$data" ] || kill -s KILL "${process#/proc/}"
done

# Its seventh line is the key and the id of the segment.
segment=$(sed -n '7s/.* //p' "$data/postmaster.pid")
[ -z "$segment" ] || ipcrm -m "$segment"
