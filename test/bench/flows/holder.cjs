/**
 * `holder.cjs hold N PORT`: opens N/2 loopback connections, so that N sockets are there, and keeps them. `holder.cjs churn
 * SECONDS PORT`: opens and closes connections one after the other, 50 at once, and says how many.
 */
const net = require('node:net');

const what = process.argv[2];
const [count, port] = process.argv.slice(3).map(Number);
const server = net.createServer((socket) => {
  socket.on('error', () => {});
  if (what === 'churn') socket.end();
  socket.resume();
});
const sockets = [];
let opened = 0;
const say = (text) => process.stdout.write(`${text}\n`);

function hold() {
  if (sockets.length >= count / 2) return;
  const index = sockets.length;
  const host = index % 2 === 0 ? `127.0.0.${1 + (index % 200)}` : '::1';
  const socket = net.connect({ host, port });
  sockets.push(socket);
  socket.once('connect', () => {
    socket.write('x'.repeat(200));
    opened += 1;
    if (opened === Math.floor(count / 2)) setTimeout(() => say('ready'), 300);
    hold();
  });
  socket.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}

function churn(until) {
  if (Date.now() > until) return;
  const socket = net.connect({ host: opened % 2 === 0 ? '127.0.0.1' : '::1', port });
  socket.resume().on('error', () => {});
  socket.once('close', () => {
    opened += 1;
    churn(until);
  });
}

server.listen({ port, host: '::', backlog: 4096 }, () => {
  if (what === 'hold') for (let i = 0; i < 100; i += 1) hold();
  else {
    say('ready');
    const until = Date.now() + count * 1000;
    for (let i = 0; i < 50; i += 1) churn(until);
    setTimeout(
      () => {
        say(String(opened));
        process.exit();
      },
      count * 1000 + 1000,
    );
  }
});
