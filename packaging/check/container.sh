#!/bin/sh
# Starts an image that is unpacked in $1, as a container engine does: its root is read-only, $2 is a volume, and the
# account is $3. $4 has the variables of its environment. The rest is the program.
set -eu

root=$1 data=$2 account=$3 variables=$4
shift 4
mount --make-rprivate /
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o "uid=$account,gid=$account,mode=0700" tmpfs "$root/$data"
if touch "$root/written" 2>/dev/null; then
    echo "the root is not read-only"
    exit 1
fi

# `env` is not in the image, so it starts `chroot`. No variable has a space.
# shellcheck disable=SC2086
run() { env --ignore-environment $variables "$(command -v chroot)" --userspec="$account:$account" "$root" "$@"; }

log=$(mktemp)
run "$@" >"$log" 2>&1 &
for _ in $(seq 100); do
    if run "$@" ready 2>/dev/null; then
        rm "$log"
        exit 0
    fi
    sleep 0.2
done
cat "$log"
exit 1
