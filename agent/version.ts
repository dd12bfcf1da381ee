/** The one place that names the version; the build and package.json are checked against it by a test. */
export const VERSION = '0.1.0';
