#!/bin/sh
# Starts an image that is unpacked in $1, as a container engine does: its root is read-only, $2 is a volume, the
# account is $3. The rest is the environment and the program.
set -eu

root=$1 data=$2 account=$3
shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o "uid=$account,gid=$account,mode=0700" tmpfs "$root/$data"
inside() { env --ignore-environment "$@"; }

if touch "$root/written" 2>/dev/null; then echo "the root is not read-only"; exit 1; fi
log=$(mktemp)
trap 'cat "$log"; rm "$log"' EXIT
inside chroot --userspec="$account:$account" "$root" /usr/bin/env 2>/dev/null && exit 1
env --ignore-environment PATH="$PATH" sh -c '
    root=$1 account=$2
    shift 2
    while case $1 in *=*) true ;; *) false ;; esac; do export "$1"; shift; done
    chroot --userspec="$account:$account" "$root" "$@" &
    for _ in $(seq 100); do
        if chroot --userspec="$account:$account" "$root" "$@" ready 2>/dev/null; then exit 0; fi
        sleep 0.2
    done
    exit 1
' sh "$root" "$account" "$@" >"$log" 2>&1
