/** What is used of undici, in a file of its own: the bundler leaves out the rest and reads it when it is asked for. */
// biome-ignore lint/performance/noBarrelFile: it has one name, and nobody imports it at the start
export { Client } from 'undici';
