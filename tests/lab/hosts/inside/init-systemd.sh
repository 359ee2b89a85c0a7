#!/bin/sh
# First process of a host with systemd: build its view of the file system, become systemd.
# Usage: init-systemd.sh HOST_FOLDER NAME ROOT   (inside its own control group, as its tree's root)
set -eu
folder=$1 name=$2 root=$3
mount --make-rprivate /
hostname "$name"
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 dev "$root/dev"
mkdir "$root/dev/net" "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
while read -r device major minor; do
    mknod -m 666 "$root/dev/$device" c "$major" "$minor"
done <<END
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
fuse 10 229
net/tun 10 200
END
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
mount -t tmpfs -o mode=755 run "$root/run"
for private in etc root home srv tmp var/tmp var/cache var/log var/lib/containers var/lib/systemd; do
    if [ -d "$root/$private" ]; then mount --bind "$folder/$private" "$root/$private"; fi
done
# The cached system is shared by hosts: nothing that runs in here may change it.
mount -o remount,bind,ro "$root/"
cd "$root"
pivot_root . mnt
umount -l /mnt
mount --make-rshared /
exec env -i container=lab PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system systemd.unit=multi-user.target
