#!/bin/sh
# Runs a command for as long as its owner lives.
#
#   guard.sh SIGNAL GRACE_TENTHS DIRECTORY AFTERWARDS COMMAND [ARGUMENT...]
#
# Standard input is a pipe whose other end only the owner holds. When it closes (the owner closed it, ended, or was
# killed outright) the command gets SIGNAL, then after GRACE_TENTHS tenths of a second its whole process group gets
# SIGKILL. However the command ends, its group is killed, the script AFTERWARDS is run with DIRECTORY, and DIRECTORY is
# removed; each only when it is not empty text. The guard exits as the command did.
#
# The owner may have the command ended and started anew: a line with the name of a signal ends it with that signal and
# keeps DIRECTORY, which descriptor 4 is told of by the line "halted"; the line "start" then runs it again.
#
# SIGNAL is not INT: a shell starts commands in the background with INT and QUIT ignored, so that QUIT too is only for
# those that set a handler of their own. A shell and not Node, because there is one guard for each process and it has to
# cost next to nothing: 2 ms and 1 MiB.
signal=$1 grace=$2 directory=$3 afterwards=$4
shift 4

exec 3<&0 </dev/null

# A process group of its own, so that what the command starts ends with it. Job control gives it one where there is no
# setsid, as on macOS.
start_command() {
  if command -v setsid >/dev/null 2>&1; then
    setsid "$@" 3<&- 4>&- &
  else
    set -m 2>/dev/null
    "$@" 3<&- 4>&- &
    set +m 2>/dev/null
  fi
  child=$!
}

end_group() {
  kill -s KILL -- "-$child" || kill -s KILL "$child"
}

# Waits for a word of the owner, or its end, and ends the command. Exits with 9 where it is to be started anew.
obey_owner() {
  read -r word <&3
  code=0
  if [ -n "$word" ]; then
    signal=$word code=9
    trap '' TERM # The end of the command is no reason to forget that.
  fi
  [ "$signal" != KILL ] || { end_group; exit "$code"; }
  kill -s "$signal" "$child"
  while [ "$grace" -gt 0 ] && kill -0 "$child"; do
    sleep 0.1
    grace=$((grace - 1))
  done
  end_group
  exit "$code"
}

while :; do
  start_command "$@"
  obey_owner 2>/dev/null &
  watcher=$!
  # Who reads the output may be gone; there is still work to do when this shell wants to say that a signal ended the command.
  trap '' PIPE
  wait "$child"
  status=$?
  kill "$watcher" 2>/dev/null
  wait "$watcher" 2>/dev/null
  said=$?
  kill -s KILL -- "-$child" 2>/dev/null
  [ -z "$afterwards" ] || /bin/sh "$afterwards" "$directory"
  [ "$said" -eq 9 ] || break
  echo halted >&4
  read -r word <&3 && [ "$word" = start ] || break
  trap - PIPE # The command would inherit it.
done

[ -z "$directory" ] || rm -rf -- "$directory"
exit "$status"
