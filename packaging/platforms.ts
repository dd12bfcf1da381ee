/**
 * The operating systems the package is for, in the words of Systems Manager's agent: it matches VERSION_ID of
 * /etc/os-release against exact versions and prefixes such as "9.*" (which "9" matches too), never against ranges.
 *
 * What an agent of Node 24 needs is glibc 2.28 (https://github.com/nodejs/node/blob/main/BUILDING.md) and a systemd
 * with AmbientCapabilities and StateDirectory. Amazon Linux 2 (glibc 2.26) stands here nevertheless: unlisted, the
 * operator would read only that no package matches; listed, install.sh runs and says why it refuses.
 */
export const PLATFORMS: Readonly<Record<string, readonly string[]>> = {
  amazon: ['2023', '2'],
  ubuntu: ['22.*', '23.*', '24.*', '25.*', '26.*'],
  debian: ['11.*', '12.*', '13.*'],
  redhat: ['8.*', '9.*', '10.*'],
  rocky: ['8.*', '9.*', '10.*'],
  almalinux: ['8.*', '9.*', '10.*'],
  oracle: ['8.*', '9.*', '10.*'],
  centos: ['9.*', '10.*'],
  // Service packs before the third of 15 have glibc 2.26.
  suse: ['15.3', '15.4', '15.5', '15.6', '15.7'],
};
