#!/bin/sh
# Mails root what the last run of a command has printed, as cron does: started after each run by
# home-temperature-monitor-mail@.service. A collector prints a failure when it is due (alerting.after_failures), at most
# once a day, and its end; so this needs no memory. Only what ended a run without a word (no memory left, no node) is
# mailed as systemd tells it, at most once a day.
set -eu
command=$1
unit=home-temperature-monitor@$command.service
show() { systemctl show --timestamp=unix --property="$1" --value "$unit"; }
log() {
  since=$(show ExecMainStartTimestamp) # empty if systemd has forgotten the run already
  journalctl --quiet --no-pager --output=cat --lines=20 --since="${since:--5min}" "$@"
}

journalctl --sync
said=$(log "_SYSTEMD_UNIT=$unit")
what=$(show Result)
if [ -z "$said" ]; then
  # The commands' own exit codes are 1 to 5: a command that ends with one of them without a word does not repeat itself.
  [ "$what" != success ] && { [ "$what" != exit-code ] || [ "$(show ExecMainStatus)" -gt 5 ]; } || exit 0
  stamp=${RUNTIME_DIRECTORY:-/run}/$command
  [ -z "$(find "$stamp" -mmin -1440 2>/dev/null)" ] || exit 0
  : >"$stamp"
  said=$(log "--unit=$unit")
fi
[ "$what" = success ] && what='is well again' || what='has failed'
printf 'Subject: home-temperature-monitor: %s %s on %s\n\n%s\n' "$command" "$what" "$(uname -n)" "$said" |
  "${SENDMAIL:-/usr/sbin/sendmail}" root
