/**
 * Server of the flow tests, a program of its own. Answers "N\n…" with N bytes and ends first on port 443; on 444 it
 * keeps the connection and echoes; on 445 it resets as soon as it hears a byte. Counts what its sockets moved and
 * writes that as JSON when its standard input ends.
 */
const net = require('node:net');

const sums = { connections: 0, read: 0, written: 0 };
const counted = (socket, onData) => {
  sums.connections += 1;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    sums.read += chunk.length;
    onData(chunk);
  });
};
const write = (socket, bytes) => {
  sums.written += bytes;
  socket.write(Buffer.alloc(bytes, 'x'));
};
let listening = 0;
const listen = (port, options, onSocket) =>
  net.createServer(options, onSocket).listen({ port, host: '::', backlog: 4096 }, () => {
    listening += 1;
    if (listening === 3) process.stdout.write('ready\n');
  });

listen(443, { allowHalfOpen: true, noDelay: true }, (socket) => {
  let head = '';
  let left = -1;
  counted(socket, (chunk) => {
    let body = chunk.length;
    if (left < 0) {
      head += chunk.toString('latin1');
      const line = head.indexOf('\n');
      if (line < 0) return;
      const [wanted, sent] = head.slice(0, line).split(' ').map(Number);
      left = sent;
      socket.wanted = wanted;
      body = head.length - line - 1;
    }
    left -= body;
    if (left > 0) return;
    write(socket, socket.wanted);
    socket.end();
  });
});
listen(444, { noDelay: true }, (socket) => counted(socket, (chunk) => write(socket, chunk.length)));
listen(445, { noDelay: true }, (socket) => counted(socket, () => socket.resetAndDestroy()));

process.stdin.on('end', () => process.stdout.write(`${JSON.stringify(sums)}\n`, () => process.exit()));
process.stdin.resume();
