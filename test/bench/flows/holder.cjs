/**
 * `holder.cjs hold N PORT`: opens N/2 loopback connections, so that N sockets are there, and keeps them. `holder.cjs churn
 * SECONDS PORT RATE`: opens RATE/2 connections a second and closes them, so that RATE sockets close, and says how many.
 */
const net = require('node:net');

const what = process.argv[2];
const [count, port, rate] = process.argv.slice(3).map(Number);
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
  // Thousands of addresses, so that there are as many flows.
  const host = index % 2 === 0 ? `127.0.${1 + (Math.floor(index / 200) % 50)}.${1 + (index % 200)}` : '::1';
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

/** A slow machine falls behind, rather than run out of descriptors. */
const MOST_AT_ONCE = 1500;

/** As many as are due by now, every ten milliseconds. */
function churn(seconds) {
  const began = performance.now();
  let begun = 0;
  const timer = setInterval(() => {
    const passed = Math.min(seconds * 1000, performance.now() - began);
    for (; begun - opened < MOST_AT_ONCE && begun < (passed * rate) / 2000; begun += 1) openOne();
    if (passed === seconds * 1000) clearInterval(timer);
  }, 10);
}

function openOne() {
  const socket = net.connect({ host: opened % 2 === 0 ? '127.0.0.1' : '::1', port });
  socket.resume().on('error', () => {});
  socket.once('close', () => {
    opened += 1;
  });
}

server.listen({ port, host: '::', backlog: 4096 }, () => {
  if (what === 'hold') for (let i = 0; i < 100; i += 1) hold();
  else {
    say('ready');
    churn(count);
    setTimeout(
      () => {
        say(String(opened));
        process.exit();
      },
      count * 1000 + 1000,
    );
  }
});
