#!/bin/sh
# First process of a host: build its own view of the file system, start its services, reap orphans.
# Usage: init.sh HOST_FOLDER NAME [ROOT]   (ROOT: another Debian's file system, for other Podmans)
set -eu
folder=$1 name=$2 root=${3:-}
mount --make-rprivate /
hostname "$name"
# crun refuses a cgroup v1 machine with a v2 mount beside it.
if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi
# The folder may lie under /tmp or /root, which are about to be covered.
mount --bind "$folder" /mnt
mount --bind "$(cat "$folder/run.path")" /mnt/run
if [ -n "$root" ]; then
    mount --bind "$root" "$root"
    mount --rbind /dev "$root/dev"
    mount --rbind /sys "$root/sys"
    mount -t proc proc "$root/proc"
fi
# Podman makes its own folder when it first runs; on a machine where it never ran, it is not there.
mkdir -p "$root/var/lib/containers"
for private in etc root home srv tmp var/tmp var/cache var/log var/lib/cni var/lib/containers run; do
    if [ -d "$root/$private" ]; then mount --bind "/mnt/$private" "$root/$private"; fi
done
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
# Rootless networking opens /dev/net/tun; the machine's own may be closed to users.
if [ -e "$root/dev/net" ]; then
    mount -t tmpfs -o mode=755 tun "$root/dev/net"
    mknod -m 666 "$root/dev/net/tun" c 10 200
fi
# Nothing that runs in here may change the machine, or the cached system that hosts share.
mount -o remount,bind,ro "$root/"
umount /mnt/run /mnt
if [ -n "$root" ]; then
    cd "$root"
    pivot_root . mnt
    umount -l /mnt
fi
cd /
mount --make-rshared /
for service in /etc/haulout-lab/boot/*; do "$service"; done
: >/run/booted
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/libexec/podman
exec catatonit -P
