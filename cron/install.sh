#!/bin/sh
# Puts the collectors and a daily health check into this user's crontab, between two marker lines. Run it again after a
# change of the configuration; it changes no other line, and adds nothing twice.
set -eu
LC_ALL=C
export LC_ALL

usage() {
  cat <<'END'
Usage: cron/install.sh [--every N] [--config FILE] [--secrets FILE] [--dry-run | --uninstall]

  --every N        minutes between two cycles (default: collection.interval_minutes of the configuration)
  --config FILE    which configuration the collectors read (default: that of the installation)
  --secrets FILE   which secrets (default: those beside the configuration)
  --dry-run        print the crontab that would be installed, change nothing
  --uninstall      remove the lines of this installation
  --help           this text

Exit codes: 0 done, or nothing to do; 1 the crontab cannot be read or written; 2 usage or configuration error.
END
}

fail() {
  code=$1
  shift
  printf 'install.sh: %s\n' "$@" >&2
  exit "$code"
}

absolute() {
  case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$(pwd)" "$1" ;;
  esac
}

# Quoted for /bin/sh. A per cent sign is made by the shell: most crons end the line at one without a backslash, BusyBox's
# keeps the backslash.
quoted() {
  printf "'%s'" "$(printf '%s' "$1" | sed -e "s/'/'\\\\''/g" -e "s/%/'\"\$(printf '\\\\045')\"'/g")"
}

every='' mode=install
config=${HOME_MONITOR_CONFIG:+$(absolute "$HOME_MONITOR_CONFIG")}
secrets=${HOME_MONITOR_SECRETS:+$(absolute "$HOME_MONITOR_SECRETS")}
while [ $# -gt 0 ]; do
  case $1 in
    --every | --config | --secrets)
      [ $# -ge 2 ] && [ -n "$2" ] || fail 2 "$1 needs a value"
      case $1 in
        --every) every=$2 ;;
        --config) config=$(absolute "$2") ;;
        --secrets) secrets=$(absolute "$2") ;;
      esac
      shift
      ;;
    --dry-run) mode=dry-run ;;
    --uninstall) mode=uninstall ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) fail 2 "unknown argument $1" 'Run "cron/install.sh --help" to see all flags.' ;;
  esac
  shift
done

# npm -g calls this file by a link named htm-install-cron.
project=$(CDPATH='' cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd)
case $project$config$secrets in
  *'
'*) fail 2 'a crontab cannot hold a path with a line break' ;;
esac
begin="# BEGIN home-temperature-monitor $project"
end="# END home-temperature-monitor $project"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

command -v crontab >/dev/null || fail 1 'there is no crontab program: apt-get install cron, or use cron/systemd/'
if ! crontab -l >"$work/old" 2>"$work/error"; then
  # After any other error (not allowed, cannot be read) the crontab must not become empty. The second form is BusyBox's.
  grep -q -e '^no crontab for ' -e "^crontab: can't open '.*': No such file" "$work/error" || fail 1 'the crontab cannot be read, so it is not changed:' "$(cat "$work/error")"
  : >"$work/old"
fi
# Not -v, which would take a backslash in a path for an escape.
begin=$begin end=$end awk '
  $0 == ENVIRON["begin"] { if (inside) exit 3; inside = 1; next }
  $0 == ENVIRON["end"] { if (!inside) exit 3; inside = 0; next }
  !inside { print }
  END { if (inside) exit 3 }
' "$work/old" >"$work/new" ||
  fail 1 'one of the two marker lines of this installation is missing in the crontab.' \
    "Remove the other lines of this installation by hand (crontab -e), then run this again: $begin"

sed -n 's/^# BEGIN home-temperature-monitor //p' "$work/new" | while IFS= read -r other; do
  [ -d "$other" ] || printf 'install.sh: %s\n' "the crontab still starts an installation that is gone: $other" \
    'Remove its lines, between the two marker lines: crontab -e' >&2
done

if [ "$mode" != uninstall ]; then
  node=$(command -v node) || fail 2 'node is not in the PATH'
  node=$(CDPATH='' cd -P -- "$(dirname -- "$node")" && pwd)/$(basename -- "$node")
  case $node in
    */[vV][0-9]*.[0-9]*.[0-9]*/* | */[0-9]*.[0-9]*.[0-9]*/*)
      printf 'install.sh: %s\n' "node is in the folder of one version: $node" \
        'After each update of Node.js, run cron/install.sh again; before the old version is removed.' >&2
      ;;
  esac
  set -- ${config:+--config "$config"} ${secrets:+--secrets "$secrets"}
  # The check may fail for other reasons; what is needed here is in its details.
  answer=$("$node" "$project/bin/health.js" config --offline --json "$@" 2>"$work/error") || :
  settings=$(printf '%s' "$answer" | "$node" -e '
    const check = JSON.parse(require("fs").readFileSync(0, "utf8")).checks[0];
    if (check.details.interval_minutes === undefined) { console.error(check.message, check.remediation); process.exit(1); }
    const { interval_minutes, programs } = check.details;
    console.log(interval_minutes, ...programs.map(({ name, place, of }) => `${name}:${place}:${of}`));
  ' 2>>"$work/error") || fail 2 'the configuration cannot be used:' "$(cat "$work/error")"
  # shellcheck disable=SC2086 # one word each
  set -- $settings
  every=${every:-$1}
  shift
  case $every in
    1 | 2 | 3 | 4 | 5 | 6 | 10 | 12 | 15 | 20 | 30) minutes="/$every" hours='*' ;;
    60) minutes='' hours='*' ;;
    120 | 180 | 240 | 360 | 480 | 720) minutes='' hours="*/$((every / 60))" ;;
    1440) minutes='' hours=0 ;;
    *) fail 2 "cron cannot start a command every $every minutes" \
      'It can do so every 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720 or 1440.' ;;
  esac
  files="${config:+ --config $(quoted "$config")}${secrets:+ --secrets $(quoted "$secrets")}"
  # Where the files of an installation by npm are, cron would not know.
  folders="${XDG_CONFIG_HOME:+XDG_CONFIG_HOME=$(quoted "$XDG_CONFIG_HOME") }"
  folders="$folders${XDG_DATA_HOME:+XDG_DATA_HOME=$(quoted "$XDG_DATA_HOME") }"
  folders="$folders${XDG_STATE_HOME:+XDG_STATE_HOME=$(quoted "$XDG_STATE_HOME") }"
  case $project in */node_modules/*) ;; *) folders='' ;; esac
  line() {
    printf '%s %s%s%s %s %s%s\n' "$1" "$2" "$folders" "$(quoted "$node")" "$(quoted "$project/bin/$3.js")" "$4" "$files"
  }
  # Spread over the interval, so that the collectors do not wait for each other or ask at the same time. $2 is place:of.
  collect_line() {
    seconds=$((60 * every * ${2%:*} / ${2#*:}))
    after=$((seconds / 60))
    [ "$after" -le 29 ] || after=29
    [ "$every" -gt 1 ] || [ "$seconds" -eq 0 ] && pause='' || pause="sleep $seconds; "
    [ "$after" -gt 0 ] && when="$after${minutes:+-59}$minutes" || when="${minutes:+*}${minutes:-0}"
    line "$when $hours * * *" "$pause" "$1" --quiet-repeats
  }
  {
    printf '%s\n' "$begin"
    for collector in "$@"; do collect_line "${collector%%:*}" "${collector#*:}"; done
    line '13 7 * * *' '' health --quiet
    printf '%s\n' "$end"
  } >>"$work/new"
fi

if [ "$mode" = dry-run ]; then
  cat "$work/new"
elif cmp -s "$work/old" "$work/new"; then
  echo 'install.sh: nothing to change'
else
  crontab "$work/new" || fail 1 'the crontab was not changed'
  [ "$mode" = uninstall ] && echo 'install.sh: removed from the crontab' || sed -n "/^# BEGIN home-temp/,\$p" "$work/new"
fi
