#!/bin/sh
# Starts the server of the tarball, unpacked in $2, in the Debian in $1. Nothing of both is changed.
set -eu

mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t tmpfs tmpfs "$1/mnt"
mount -t proc proc "$1/proc"
mkdir "$1/mnt/program" "$1/mnt/data"
mount --bind "$2" "$1/mnt/program"

chroot "$1" /mnt/program/bin/latchkey --version
export LATCHKEY_LISTEN=127.0.0.1:18099 LATCHKEY_DATA_DIR=/mnt/data
chroot "$1" /mnt/program/bin/latchkey serve >"$1/mnt/log" 2>&1 &
for _ in $(seq 100); do
    if chroot "$1" /mnt/program/bin/latchkey ready; then exit 0; fi
    sleep 0.2
done 2>/dev/null
cat "$1/mnt/log"
exit 1
