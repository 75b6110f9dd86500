import {createHash} from 'node:crypto'
import type {Artifact, ArtifactSet} from '../artifacts/artifact.js'
import type {Role} from '../cluster/addressing.js'
import {releaseOf} from '../kubernetes/releases.js'
import {shellQuote} from './shell-quote.js'

/** State of the fetching on a node, all below STATE: see fetchScript. */
export const STATE = '/var/lib/khw'
export const FETCH_SCRIPT = `${STATE}/fetch.sh`
/** Holds the id of the set that is completely installed. */
export const FETCHED = `${STATE}/fetched`
/** Sentences for people: why the last attempt gave up. */
export const FETCH_ERROR = `${STATE}/fetch-error`

/** Identifies what a node of the role has to have: changes whenever a file, its place or its address does. */
export function fetchId(artifacts: ArtifactSet, role: Role): string {
  const files = artifactsOf(artifacts, role).map(({name, url, sha256, install}) => ({name, url, sha256, install}))
  const wanted = [...files, ...(needsNft(artifacts, role) ? [{package: 'nftables'}] : [])]
  return createHash('sha256').update(JSON.stringify(wanted)).digest('hex').slice(0, 16)
}

/** How many files the role fetches: what progress is counted against. */
export function fetchCount(artifacts: ArtifactSet, role: Role): number {
  return artifactsOf(artifacts, role).length
}

/**
 * The script that brings a node its programs, for /bin/sh (dash and bash), curl, tar, sha256sum and flock, as Debian 12
 * and 13, Ubuntu 24.04 and Amazon Linux 2023 have them. It downloads all artifacts of the role at once, resuming what is
 * there in part, checks each against its checksum before it is used, installs by rename, installs the few packages that
 * are missing, and on controllers makes the user `etcd`. It may be run any number of times and be killed at any moment:
 * what is done is not done again. It ends with `/var/lib/khw/fetched` holding the id of the set, or with the reasons in
 * `/var/lib/khw/fetch-error` and exit code 1. `environment` is that of all downloads, packages included.
 */
export function fetchScript(
  artifacts: ArtifactSet,
  role: Role,
  environment: Readonly<Record<string, string>> = {},
): string {
  const own = artifactsOf(artifacts, role)
  const calls = own.map(callFor)
  const functions = FUNCTIONS + (own.some(({install}) => install.kind === 'package') ? INSTALL_PACKAGE : '')
  return `#!/bin/sh
# Brings this ${role} its programs. Made by khw; may run again at any time.
set -u
umask 022
${exportsOf(environment)}id=${fetchId(artifacts, role)}
work=${STATE}/fetch
mkdir -p $work/installed $work/errors
exec 9>$work/lock
flock -n 9 || exit 0
[ "$(cat ${FETCHED} 2>/dev/null)" = $id ] && exit 0
rm -f ${FETCHED} ${FETCH_ERROR} $work/errors/*

say() { echo "$*"; }
${packagesOf(artifacts, role)}
${functions}
command -v curl >/dev/null && command -v tar >/dev/null || { rm -f $work/errors/packages; packages; }
packages &
${calls.map(call => `${call} &\n`).join('')}wait

set -- $work/errors/*
if [ -e "$1" ]; then
  cat "$@" >${FETCH_ERROR}.new
  mv -f ${FETCH_ERROR}.new ${FETCH_ERROR}
  cat ${FETCH_ERROR} >&2
  exit 1
fi
echo $id >${FETCHED}.new
mv -f ${FETCHED}.new ${FETCHED}
rm -rf $work/*.part $work/*.dir
say "all installed"
`
}

function exportsOf(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${shellQuote(value)}\n`)
    .join('')
}

function artifactsOf({artifacts}: ArtifactSet, role: Role): readonly Artifact[] {
  return artifacts.filter(artifact => artifact.roles.includes(role))
}

function callFor({name, url, sha256, install}: Artifact): string {
  const pairs = install.kind === 'tar.gz' ? Object.entries(install.members).flat() : [install.path]
  const verb = {binary: 'binary', 'tar.gz': 'archive', image: 'image', package: 'package'}[install.kind]
  return ['get', name, sha256, url, verb, ...pairs].map(shellQuote).join(' ')
}

/** Program and the packages that bring it. Once for each family of images; nothing is asked of a registry where all is there. */
const WORKER_PACKAGES = {
  debian: {curl: 'curl', tar: 'tar', haproxy: 'haproxy', conntrack: 'conntrack', iptables: 'iptables'},
  amazon: {
    curl: 'curl-minimal',
    tar: 'tar',
    haproxy: 'haproxy',
    conntrack: 'conntrack-tools',
    iptables: 'iptables-nft',
  },
} as const

const CONTROLLER_PACKAGES = {
  debian: {curl: 'curl', tar: 'tar'},
  amazon: {curl: 'curl-minimal', tar: 'tar'},
} as const

const ETCD_USER = `
  getent group etcd >/dev/null || groupadd --system etcd
  getent passwd etcd >/dev/null ||
    useradd --system --gid etcd --home-dir /var/lib/etcd --no-create-home --shell /usr/sbin/nologin etcd ||
    echo "The user etcd could not be made." >>$work/errors/packages`

/** What kube-proxy calls in its nftables mode. */
const NFT = {nft: 'nftables'}

function packagesOf(artifacts: ArtifactSet, role: Role): string {
  if (role === 'controller') return packagesFunction(CONTROLLER_PACKAGES, ETCD_USER)
  const {debian, amazon} = WORKER_PACKAGES
  const nft = needsNft(artifacts, role) ? NFT : {}
  return packagesFunction({debian: {...debian, ...nft}, amazon: {...amazon, ...nft}}, '')
}

function needsNft({versions}: ArtifactSet, role: Role): boolean {
  return role === 'worker' && releaseOf(versions.kubernetes).kubeProxyMode === 'nftables'
}

interface Families {
  readonly debian: Readonly<Record<string, string>>
  readonly amazon: Readonly<Record<string, string>>
}

/** The programs are where root finds them; early in the boot PATH may be shorter. */
function packagesFunction(families: Families, after: string): string {
  const words = (family: Readonly<Record<string, string>>): string =>
    Object.entries(family)
      .map(([program, name]) => `${program}:${name}`)
      .join(' ')
  return `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
packages() {
  if command -v apt-get >/dev/null; then wanted='${words(families.debian)}'; else wanted='${words(families.amazon)}'; fi
  missing=
  for each in $wanted; do command -v "\${each%%:*}" >/dev/null || missing="$missing \${each#*:}"; done
  if [ -n "$missing" ]; then
    say "installing$missing"
    for pause in 2 5 10 20 0; do
      if command -v apt-get >/dev/null; then
        export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
        apt-get -q -o DPkg::Lock::Timeout=300 update &&
          apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold install --no-install-recommends $missing &&
          missing=
      else
        dnf -q -y install $missing && missing=
      fi >$work/packages.log 2>&1 9>&-
      [ -z "$missing" ] && break
      sleep $pause
    done
    [ -z "$missing" ] || {
      echo "The packages$missing could not be installed:"
      tail -n 5 $work/packages.log
    } >$work/errors/packages
  fi${after}
}`
}

/**
 * `get NAME SHA256 URL VERB ARGS...`: the first three are the artifact, VERB installs the file. A file counts as
 * installed when its marker holds its checksum and everything it brings is in place.
 */
const FUNCTIONS = `
matches() { [ "$(sha256sum <"$2" 2>/dev/null)" = "$1  -" ]; }
in_place() { # file, destination: replaces it in one rename, also from another file system
  mkdir -p "$(dirname "$2")" && mv -f "$1" "$2.khw-new" && chmod "$3" "$2.khw-new" && mv -f "$2.khw-new" "$2"
}
binary() { in_place "$1" "$2" 0755; }
image() { in_place "$1" "$2" 0644; }
archive() {
  file=$1
  shift
  rm -rf "$file.dir"
  mkdir -p "$file.dir"
  tar -xzf "$file" -C "$file.dir" || return 1
  while [ $# -gt 0 ]; do
    in_place "$file.dir/$1" "$2" 0755 || return 1
    shift 2
  done
  rm -rf "$file.dir" "$file"
}
there() { # do all destinations exist? an archive's arguments are pairs of member and destination
  kind=$1
  shift
  while [ $# -gt 0 ]; do
    if [ "$kind" = archive ]; then shift; fi
    [ -e "$1" ] || return 1
    shift
  done
}
get() {
  name=$1 sum=$2 url=$3 verb=$4 part=$work/$2.part
  shift 4
  [ "$(cat "$work/installed/$name" 2>/dev/null)" = "$sum" ] && there "$verb" "$@" && return
  bad=0 why=
  for pause in 1 1 2 4 8 15 30 30 30 30 30 0; do
    [ -s "$part" ] && matches "$sum" "$part" && break
    if why=$(curl -fsSL --connect-timeout 10 --speed-limit 1000 --speed-time 30 -C - -o "$part" "$url" 2>&1); then
      matches "$sum" "$part" && break
      why="it has the checksum $(sha256sum <"$part" | cut -d' ' -f1), not $sum"
      rm -f "$part"
      bad=$((bad + 1))
      [ $bad -lt 2 ] || break
    else
      case $why in *'(33)'* | *'(36)'* | *416*) rm -f "$part" ;; esac # the server cannot resume
    fi
    sleep $pause
  done
  if ! [ -s "$part" ] || ! matches "$sum" "$part"; then
    echo "$name could not be fetched from $url: $why" >"$work/errors/$name"
    return
  fi
  if why=$("$verb" "$part" "$@" 2>&1); then
    echo "$sum" >"$work/installed/$name"
    say "$name installed"
  else
    echo "$name could not be installed: $why" >"$work/errors/$name"
  fi
}
`

/** Waits for whoever else installs something. */
const INSTALL_PACKAGE = `
package() {
  mv -f "$1" "$1.deb" || return 1
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$1.deb" 9>&- || return 1
  rm -f "$1.deb"
}
`
