#!/bin/sh
# Builds images of the dependencies from Debian packages, for places that reach a Debian mirror but no image registry.
set -eu

BASE=debian:trixie-slim
images=$(cd "$(dirname "$0")/images" && pwd)

usage() {
  cat <<END
docker/build.sh [--base] [NAME...]

Builds proving-ground/NAME:trixie for each NAME, or for all:
$(ls "$images" | sed 's/^/  /')
The image of redis also serves redis-cluster. The harness takes these images by itself where the Docker daemon
has them and not the official ones; HARNESS_IMAGE_<NAME> names another.

They are built on $BASE. Where the daemon neither has it nor can pull it, it is made with debootstrap, which
takes root, half a minute and a Debian mirror (DEBIAN_MIRROR, or debootstrap's own choice).

  --base   only see to $BASE (names may follow)
  --help   this text

DOCKER_HOST says which daemon; http_proxy, https_proxy and no_proxy are passed on. What is there already is not
made again.
END
}

say() { echo "docker/build.sh: $*"; }
fail() { say "$1" >&2; exit "${2:-1}"; }
has() { docker image inspect "$1" >/dev/null 2>&1; }

names='' only_base=false
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --base) only_base=true ;;
    -*) fail "no such option: $1 (--help lists them)" 2 ;;
    *) [ -f "$images/$1/Dockerfile" ] || fail "no such image: $1; there are: $(ls "$images" | tr '\n' ' ')" 2
       names="$names $1" ;;
  esac
  shift
done
if [ -z "$names" ] && ! $only_base; then names=$(ls "$images"); fi

command -v docker >/dev/null || fail 'there is no docker command; install Docker (Debian: apt-get install docker.io)'
docker version >/dev/null 2>&1 || fail "no Docker daemon answers at ${DOCKER_HOST:-its usual socket}; start it, or set DOCKER_HOST"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP

# Runs a command, shows its output only when it fails, and says how long it took.
quietly() {
  what=$1
  shift
  say "$what ..."
  began=$(date +%s)
  "$@" >"$scratch/output" 2>&1 || { cat "$scratch/output" >&2; fail "$what: failed"; }
  say "$what: done in $(($(date +%s) - began)) s"
}

# The rules that Debian's own slim images follow: no service starts while packages are installed, no manuals.
make_slim() {
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d" &&
    chmod +x "$1/usr/sbin/policy-rc.d" &&
    printf 'path-exclude /usr/share/%s/*\n' doc man info locale >"$1/etc/dpkg/dpkg.cfg.d/slim" &&
    rm -rf "$1"/usr/share/doc/* "$1"/usr/share/man/* "$1"/usr/share/info/* "$1"/usr/share/locale/* \
      "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/*
}

# `&&` throughout: `set -e` does not hold in a function whose failure is looked at.
bootstrap() {
  debootstrap --variant=minbase trixie "$1" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} &&
    make_slim "$1" &&
    tar -C "$1" -cf "$scratch/base.tar" . && # Not a pipe, which would import what there is when tar fails.
    docker import "$scratch/base.tar" "$BASE"
}

if has "$BASE"; then
  say "$BASE is there"
elif say "$BASE is not there; pulling it ..." && docker pull --quiet "$BASE" >"$scratch/pull" 2>&1; then
  say "$BASE was pulled"
else
  say "it cannot be pulled: $(tail -n 1 "$scratch/pull")"
  command -v debootstrap >/dev/null || fail "making $BASE takes debootstrap (Debian: apt-get install debootstrap)"
  [ "$(id -u)" = 0 ] || fail "making $BASE with debootstrap takes root"
  quietly "making $BASE with debootstrap" bootstrap "$scratch/root"
fi

for name in $names; do
  # Variables named without a value are passed on only where they are set; Docker keeps these three out of the image.
  quietly "building proving-ground/$name:trixie" docker build --network host --tag "proving-ground/$name:trixie" \
    --build-arg http_proxy --build-arg https_proxy --build-arg no_proxy "$images/$name"
done
