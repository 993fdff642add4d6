// ports -- ports that nobody listens on. They are below those that the kernel
// gives to outgoing connections, so that none of another test takes one.
import {createServer} from 'node:net';

const FIRST = 20000;
const COUNT = 12000;

function isFree(port) {
    return new Promise((resolve) => {
        const server = createServer();
        server.once('error', () => resolve(false));
        server.listen(port, '127.0.0.1', () =>
            server.close(() => resolve(true)));
    });
}

export async function freePorts(count) {
    const ports = new Set();
    while (ports.size < count) {
        const port = FIRST + Math.floor(Math.random() * COUNT);
        if (await isFree(port)) ports.add(port);
    }
    return [...ports];
}

export async function freePort() {
    return (await freePorts(1))[0];
}
