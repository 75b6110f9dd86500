import {createHash} from 'node:crypto'
import type {NodeBundle, NodeFile, NodeUnit} from './bundle.js'
import {STATE} from './fetch-script.js'

const UNIT_DIRECTORY = '/etc/systemd/system/'

/**
 * The script (POSIX sh, for root, as an argument of `sh -c`) that makes a node's files and units equal to the bundle.
 * On stdin it takes a tar of the bundle's files, named by their paths without the leading slash; owners and modes are
 * in the script, beside the SHA-256 of each file, so the tar's do not matter. The script itself holds no secret.
 *
 * Files that are right already are left alone; others are replaced by rename. Files of an earlier bundle that this one
 * no longer has are removed. A unit that runs is restarted if one of its inputs is not what it was last started with
 * (kept in /var/lib/khw/units, so a run that was killed half-way is made good by the next), or only reloaded if it can; one that does not run is
 * started if it is to start now. Those that are restarted end in the reverse order, as the last may need the first to
 * end well: each is a job of its own, and systemd keeps its order only with those that it knows of. systemd is not waited for. Lines of JSON on stdout:
 *
 *     {"changed":"/etc/hosts"}   {"removed":"/etc/old"}
 *     {"started":"etcd.service"} {"restarted":"kubelet.service"} {"reloaded":"haproxy.service"}
 *     {"applied":true}           the last line, with exit code 0
 *
 * Nothing is printed but the last line if nothing had to be done.
 *
 * One runs at a time, once it has its input: sshd may take hours to notice that a line is dead, and a run at its far end
 * must not keep out the one that is sent after it.
 */
export function applyScript(bundle: NodeBundle): string {
  return `set -eu
umask 077
state=${STATE}
mkdir -p $state/units
stage=$state/stage.$$
rm -rf $stage
mkdir $stage
trap 'rm -rf "$stage"' EXIT
tar -xf - -C "$stage" --no-same-owner
exec 9>$state/apply.lock
flock 9
for other in $state/stage.*; do kill -0 "\${other##*.}" 2>/dev/null || rm -rf "$other"; done
tell() { printf '{"%s":"%s"}\\n' "$1" "$2"; }

while read -r mode owner sum path; do
  if [ -f "$path" ] && ! [ -L "$path" ] && [ "$(stat -c '%a %U %G' "$path")" = "$mode $owner $owner" ] &&
    [ "$(sha256sum <"$path")" = "$sum  -" ]; then
    continue
  fi
  if [ "$(sha256sum <"$stage$path")" != "$sum  -" ]; then
    echo "$path arrived damaged" >&2
    exit 1
  fi
  directory=\${path%/*}
  [ -d "$directory" ] || (umask 022 && mkdir -p "$directory")
  install -m "$mode" -o "$owner" -g "$owner" "$stage$path" "$path.khw-new"
  case $path in ${UNIT_DIRECTORY}*) : >$state/reload ;; esac
  mv -f "$path.khw-new" "$path"
  tell changed "$path"
done <<'END'
${manifestOf(bundle.files)}END

cat >$state/files.new <<'END'
${bundle.files.map(file => `${file.path}\n`).join('')}END
if [ -e $state/files ]; then
  while read -r path; do
    if grep -qxF "$path" $state/files.new || ! [ -e "$path" ]; then continue; fi
    case $path in
    ${UNIT_DIRECTORY}*)
      systemctl disable -q --now "\${path##*/}" || true
      : >$state/reload
      ;;
    esac
    rm -f "$path"
    tell removed "$path"
  done <$state/files
fi
mv -f $state/files.new $state/files

if [ -e $state/reload ]; then
  systemctl daemon-reload
  systemctl enable -q --no-reload ${bundle.units.map(unit => unit.name).join(' ')}
  rm -f $state/reload
fi
start= restart= reload=
while read -r unit when inputs; do
  is=$(systemctl is-active "$unit" || true)
  case $is in
  active | activating | reloading)
    was=$(cat $state/units/$unit 2>/dev/null || true)
    if [ "$was" = "$inputs" ]; then continue; fi
    case $inputs in
    "\${was%%:*}":*) reload="$reload $unit" ;;
    *) restart=" $unit$restart" ;;
    esac
    ;;
  *)
    [ $when = later ] || start="$start $unit"
    # Whoever starts it will start it with these.
    echo "$inputs" >$state/units/$unit
    ;;
  esac
done <<'END'
${unitTable(bundle)}END
if [ -n "$start" ]; then
  systemctl start --no-block $start
  for unit in $start; do tell started "$unit"; done
fi
if [ -n "$restart" ]; then
  systemctl restart --no-block $restart
  for unit in $restart; do tell restarted "$unit"; done
fi
if [ -n "$reload" ]; then
  systemctl reload --no-block $reload
  for unit in $reload; do tell reloaded "$unit"; done
fi
if [ -n "$restart$reload" ]; then
  while read -r unit when inputs; do
    case "$restart$reload " in *" $unit "*) echo "$inputs" >$state/units/$unit ;; esac
  done <<'END'
${unitTable(bundle)}END
fi
echo '{"applied":true}'
`
}

/** `644 root 2c26b4... /etc/hosts`, one line a file. Paths have no spaces: they are khw's own (PATHS). */
function manifestOf(files: readonly NodeFile[]): string {
  return files.map(file => `${file.mode.toString(8)} ${file.owner} ${sha256(file.content)} ${file.path}\n`).join('')
}

/**
 * `kubelet.service later 5f0c...`: the last is a digest of all that the unit reads. Of one that reloads it is in two parts,
 * `5f0c...:77ab...`: its unit file, and what it takes up while it runs.
 */
function unitTable(bundle: NodeBundle): string {
  return bundle.units
    .map(unit => `${unit.name} ${unit.startNow ? 'now' : 'later'} ${digestOf(unit, bundle.files)}\n`)
    .join('')
}

function digestOf({name, inputs, reloads}: NodeUnit, files: readonly NodeFile[]): string {
  const own = `${UNIT_DIRECTORY}${name}`
  const of = (paths: readonly string[]): string => sha256(manifestOf(files.filter(file => paths.includes(file.path))))
  return reloads ? `${of([own])}:${of(inputs)}` : of([...inputs, own])
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
