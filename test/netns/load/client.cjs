/**
 * Client of the flow tests, a program of its own: `client.cjs SHORT LONG ADDRESS…` opens SHORT connections that ask
 * for a few bytes each and LONG ones that echo all the while, taking the addresses in turn. Writes what its sockets
 * moved as JSON (with "none" for SHORT never: the long ones echo until they are killed), closes the long ones at the end of standard input, and writes it again.
 */
const net = require('node:net');

const [short, long, ...addresses] = process.argv.slice(2).map((text) => (/^\d+$/.test(text) ? Number(text) : text));
const AT_ONCE = 200;
const sums = { connections: 0, read: 0, written: 0, errors: 0 };
const open = (port, index) => {
  const socket = net.connect({ port, host: addresses[index % addresses.length], noDelay: true });
  sums.connections += 1;
  socket.on('error', () => (sums.errors += 1));
  socket.on('data', (chunk) => (sums.read += chunk.length));
  return socket;
};
const write = (socket, bytes) => {
  sums.written += bytes.length;
  socket.write(bytes);
};

const steady = Array.from({ length: long }, (_, index) => open(444, index));
const beat = setInterval(() => {
  for (const socket of steady) write(socket, Buffer.alloc(700, 'e'));
}, 200);

let begun = 0;
let over = 0;
const next = () => {
  if (begun === short) return;
  const index = begun++;
  const body = (index * 37) % 3000;
  const socket = open(443, index);
  socket.once('connect', () => write(socket, Buffer.from(`${(index * 91) % 9000} ${body}\n${'q'.repeat(body)}`)));
  socket.once('close', () => {
    over += 1;
    if (over === short) settle();
    else next();
  });
};
const report = (done) => process.stdout.write(`${JSON.stringify(sums)}\n`, done);
/** Everything written has come back as an echo: nothing is on its way. */
const settle = () => {
  clearInterval(beat);
  const wait = setInterval(() => {
    if (steady.some((socket) => socket.bytesRead < socket.bytesWritten)) return;
    clearInterval(wait);
    report();
  }, 50);
};
process.stdin.once('end', () => {
  if (steady.length === 0) return process.exit();
  let left = steady.length;
  for (const socket of steady) {
    socket.once('close', () => {
      left -= 1;
      if (left === 0) report(() => process.exit());
    });
    socket.end();
  }
});
process.stdin.resume();
if (short !== 'none') for (let i = 0; i < AT_ONCE; i += 1) next();
if (short === 0) settle();
