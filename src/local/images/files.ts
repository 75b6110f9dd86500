/** A file that the image has beyond its packages. */
export interface ImageFile {
  /** Absolute. */
  readonly path: string
  readonly content: string
  readonly executable?: boolean
}

/**
 * cloud-init's seed is put into each machine (NoCloud). Its Ec2 data source recognises EC2 by DMI, which a container
 * does not have. The stages and the order of modules are Debian's; left out are those for hardware, boot loaders and
 * products that no such machine has. A machine that boots costs six of these on two cores at once: every module counts.
 */
const CLOUD_INIT = `datasource_list: [NoCloud]
network: {config: disabled}
disable_root: true
locale: false
ssh_genkeytypes: [ed25519]
system_info:
  distro: debian
  ssh_svcname: ssh
  default_user:
    name: admin
    gecos: Debian
    lock_passwd: true
    groups: [adm, audio, cdrom, dialout, dip, floppy, plugdev, sudo, video]
    sudo: ['ALL=(ALL) NOPASSWD:ALL']
    shell: /bin/bash
cloud_init_modules:
  [bootcmd, write-files, set_hostname, update_hostname, update_etc_hosts, ca-certs, users-groups, ssh]
cloud_config_modules: [ssh-import-id, set-passwords, apt-configure, ntp, timezone, runcmd]
cloud_final_modules:
  [package-update-upgrade-install, write-files-deferred, scripts-vendor, scripts-per-once, scripts-per-boot,
   scripts-per-instance, scripts-user, final-message, power-state-change]
`

/** The container manager leaves the controllers of cgroup v1 read-only; a machine needs them as its own. */
const CGROUP_UNIT = `[Unit]
Description=Make the cgroup v1 controllers writable
DefaultDependencies=no
ConditionVirtualization=container
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/lib/image/writable-cgroups

[Install]
WantedBy=sysinit.target
`

// A plain remount is refused ("mount point is busy"); remounting the bind mount is not.
const CGROUP_SCRIPT = `#!/bin/sh
while read -r source path type options rest; do
  case "$type $options" in
    'cgroup ro,'*) mount -o remount,bind,rw "$path" ;;
  esac
done </proc/mounts
`

/** Settings of the network only: the other ones of Debian's file would change the host, whose kernel this is. */
const SYSCTL = `net.ipv4.conf.default.rp_filter = 2
net.ipv4.conf.*.rp_filter = 2
net.ipv4.conf.default.accept_source_route = 0
net.ipv4.conf.default.promote_secondaries = 1
net.ipv4.ping_group_range = 0 2147483647
`

export const IMAGE_FILES: readonly ImageFile[] = [
  {path: '/etc/cloud/cloud.cfg.d/90-image.cfg', content: CLOUD_INIT},
  // cloud-init looks for no data source in a container unless it is told that there is one.
  {path: '/etc/cloud/ds-identify.cfg', content: 'policy: enabled\n'},
  // In the image, as cloud-init restarts sshd when its own `ssh_pwauth` changes something.
  {path: '/etc/ssh/sshd_config.d/10-image.conf', content: 'PasswordAuthentication no\nUseDNS no\n'},
  // The kernel's messages are the host's.
  {path: '/etc/systemd/journald.conf.d/10-image.conf', content: '[Journal]\nReadKMsg=no\nRuntimeMaxUse=64M\n'},
  {path: '/etc/systemd/system/writable-cgroups.service', content: CGROUP_UNIT},
  {path: '/usr/local/lib/image/writable-cgroups', content: CGROUP_SCRIPT, executable: true},
  {path: '/etc/sysctl.d/50-default.conf', content: SYSCTL},
  {path: '/etc/sysctl.d/50-pid-max.conf', content: ''},
  {path: '/etc/machine-id', content: ''},
  {path: '/etc/hostname', content: 'localhost\n'},
  {path: '/etc/locale.conf', content: 'LANG=C.UTF-8\n'},
  {path: '/etc/fstab', content: ''},
]

/** Units for hardware, consoles and upkeep that a throw-away container does not have, or that would reach the host. */
export const MASKED_UNITS: readonly string[] = [
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'e2scrub_all.timer', 'fstrim.timer'],
  ...['e2scrub_reap.service', 'systemd-pstore.service', 'systemd-udevd.service', 'systemd-remount-fs.service'],
  ...['getty@tty1.service', 'console-getty.service', 'getty-static.service', 'cloud-init-hotplugd.socket'],
  ...['sys-kernel-debug.mount', 'sys-kernel-tracing.mount', 'sys-kernel-config.mount'],
  // Work of a first boot that the image has done, and records that nobody reads.
  ...['systemd-sysusers.service', 'systemd-journal-flush.service'],
  ...['systemd-update-utmp.service', 'systemd-update-utmp-runlevel.service'],
  ...['dm_mod', 'drm', 'fuse', 'loop'].map(module => `modprobe@${module}.service`),
]

/** Generators of units (systemd.generator(7)) that find nothing here; each costs a process at every boot. */
export const MASKED_GENERATORS: readonly string[] = [
  ...['cryptsetup', 'getty', 'gpt-auto', 'hibernate-resume', 'integritysetup', 'rc-local', 'system-update', 'sysv'],
  'veritysetup',
]
