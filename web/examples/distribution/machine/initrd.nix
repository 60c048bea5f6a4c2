# The initial RAM disk: a small system that finds the disk with the real one on it.
# Unlike the files in /etc it takes a while to build, so asking a cache for it pays.

{ runCommand, busybox, linux }:

runCommand "initrd"
  {
    inherit busybox;
    inherit (linux) modules;
    init = builtins.toFile "stage-1-init.sh" ''
      #!/bin/busybox sh
      mount -t proc none /proc
      modprobe -a ext4 nvme
      mount /dev/disk/by-label/root /mnt
      exec switch_root /mnt /sbin/init
    '';
  } ''
  mkdir -p $out root/bin root/lib
  cp $busybox root/bin/busybox
  cp $init root/init
  cp -r $modules/lib/modules root/lib/
  (cd root && $busybox find . | $busybox cpio -o -H newc) | $busybox gzip > $out/initrd
''
