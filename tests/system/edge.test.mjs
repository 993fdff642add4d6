// edge -- docker/nginx.conf, as it stands but for names and ports, in a real
// nginx before a real gateway.
import assert from 'node:assert/strict';
import {execFile, execFileSync, spawn} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {connect} from 'node:tls';
import {fileURLToPath} from 'node:url';
import {freePorts} from '../support/ports.mjs';
import {startRig} from '../support/rig.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const SIGNUPS_MAX = 4;
const NAME = 'muster.example.org';
let rig, nginx, port, plainPort, dir;

// Each line that is an operator's to set, and those that need root.
function configure() {
    const set = [
        [/listen 80;/, `listen 127.0.0.1:${plainPort};`],
        [/listen 443 ssl/, `listen 127.0.0.1:${port} ssl`],
        [/\n *listen \[::\][^\n]*/g, ''],
        [/server 127\.0\.0\.1:8080;/, `server ${new URL(rig.base).host};`],
        [/\/etc\/letsencrypt\/live\/[^/]+\/fullchain\.pem/, `${dir}/cert.pem`],
        [/\/etc\/letsencrypt\/live\/[^/]+\/privkey\.pem/, `${dir}/key.pem`],
        [/\/var\/log\/nginx/g, dir],
    ];
    let text = readFileSync(join(TOP, 'docker/nginx.conf'), 'utf8');
    for (const [what, by] of set) {
        assert.match(text, what);
        text = text.replace(what, by);
    }
    const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${dir}/${kind};\n`).join('');
    const user = process.getuid() === 0 ? 'user root;\n' : '';
    writeFileSync(join(dir, 'muster.conf'), text);
    writeFileSync(join(dir, 'nginx.conf'), `${user}daemon off;
pid ${dir}/pid;
error_log ${dir}/error.log;
events {}
http {
${temps}include ${dir}/muster.conf;
}
`);
}

before(async () => {
    rig = await startRig({conf: `[gateway]
proxies = 127.0.0.1
exempt_loopback = no
signups_per_minute = ${SIGNUPS_MAX}
`});
    dir = rig.path('nginx');
    mkdirSync(dir);
    [port, plainPort] = await freePorts(2);
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
        'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
        '-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`,
        '-keyout', `${dir}/key.pem`, '-out', `${dir}/cert.pem`],
    {stdio: 'ignore'});
    configure();
    nginx = spawn('nginx', ['-e', `${dir}/start.log`, '-p', dir,
        '-c', `${dir}/nginx.conf`], {stdio: 'inherit'});
    nginx.on('error', (error) => { throw error; });
    process.on('exit', () => nginx.kill('SIGTERM'));
    await rig.until('nginx answers', async () => {
        assert.equal(nginx.exitCode, null, 'nginx has ended');
        return (await curl('/v1/campaigns')).code === 0;
    });
});

after(async () => {
    nginx?.kill('SIGTERM');
    await rig?.stop();
});

const words = (path, more) => ['-sS', '-m', '20', '--noproxy', '*',
    '--cacert', `${dir}/cert.pem`, '--resolve', `${NAME}:${port}:127.0.0.1`,
    ...more, `https://${NAME}:${port}${path}`];

// {code, status, version, head, body} of curl's, and why it failed.
function curl(path, ...more) {
    const format = '\n%{http_code} %{http_version}';
    return new Promise((resolve) => execFile('curl',
        words(path, ['-i', '-w', format, ...more]),
        {encoding: 'latin1'}, (error, out, why) => {
            const [, status, version] = /\n(\d+) (\S+)$/.exec(out) ?? [];
            const [head, ...body] = out.slice(0, out.lastIndexOf('\n'))
                .split('\r\n\r\n');
            resolve({code: error ? error.code : 0, status: Number(status),
                version, head, body: body.join('\r\n\r\n'), why});
        }));
}

let people = 0;
const signUp = (...more) => curl(`/v1/campaigns/${rig.campaign}/signups`,
    '-H', 'Content-Type: application/json', '-d', JSON.stringify(
        {name: 'Ada', email: `ada${++people}@example.org`}), ...more);

test('a request passes, over HTTP/2 and HTTP/1.1', async () => {
    for (const [flag, version] of [['--http2', '2'], ['--http1.1', '1.1']]) {
        const answer = await curl('/v1/campaigns', flag);
        assert.equal(answer.status, 200, answer.body);
        assert.equal(answer.version, version);
        assert.match(answer.body, /spring-march/);
        assert.match(answer.head, /strict-transport-security: max-age=/i);
        assert.doesNotMatch(answer.head, /^server: .*[0-9]/im);
    }
});

test('what is not encrypted is sent on to what is', async () => {
    const answer = await fetch(`http://127.0.0.1:${plainPort}/c/x?y=z`,
        {redirect: 'manual'});
    assert.equal(answer.status, 301);
    assert.equal(answer.headers.get('location'), 'https://127.0.0.1/c/x?y=z');
});

test('the limits are those of the client, whatever it claims', async () => {
    const from = (address, ...more) =>
        signUp('--interface', address, ...more);
    for (let i = 0; i < SIGNUPS_MAX; i++) {
        const answer = await from('127.0.0.2');
        assert.equal(answer.status, 201, answer.body);
    }
    const refused = await from('127.0.0.2');
    assert.equal(refused.status, 429);
    assert.match(refused.head, /retry-after: /i);
    const claimed = await from('127.0.0.2', '-H', 'X-Forwarded-For: 9.9.9.9');
    assert.equal(claimed.status, 429);
    assert.equal((await from('127.0.0.3')).status, 201);
});

test('the gateway knows its proxy: nothing is amiss', async () => {
    const url = `http://127.0.0.1:${rig.adminPort('gateway.0')}/readyz`;
    assert.doesNotMatch(await (await fetch(url)).text(), /behind_proxy/);
});

test('events come as they happen, while the stream is open', async () => {
    const c = `/v1/campaigns/${rig.campaign}`;
    const {places} = await rig.signUp({name: 'Bo', phone: rig.phone(7),
        actions: ['rally']});
    const stream = spawn('curl', words(`${c}/actions/rally/attendance/stream`,
        ['-N', '--http2', '-H', `Authorization: Bearer ${rig.tokens.steward}`]));
    let seen = '';
    stream.stdout.on('data', (text) => { seen += text; });
    await rig.until('the first count', () => /"arrived":0/.test(seen));
    await rig.must(200, 'POST', `${c}/actions/rally/checkins`, {body: {
        gate: 'north', kind: 'arrived', code: places[0].ticket.code,
        scan_id: rig.freshId('edge'), device: 'north-1'}});
    await rig.until('the next count', () => /"arrived":1/.test(seen));
    assert.equal(stream.exitCode, null);
    stream.kill('SIGKILL');
});

test('a body that is too large is refused before the gateway sees it',
    async () => {
        const big = `${dir}/big`;
        writeFileSync(big, 'x'.repeat(2 << 20));
        const answer = await curl('/v1/session', '-H', 'Expect:',
            '-H', 'Content-Type: application/json', '-d', `@${big}`);
        assert.equal(answer.status, 413);
        assert.match(answer.head, /application\/problem\+json/);
        assert.equal(JSON.parse(answer.body).type, '/problems/too-large');
    });

// Established, to the gateway's port.
function gatewayConnections() {
    const at = Number(new URL(rig.base).port).toString(16).toUpperCase();
    return readFileSync('/proc/net/tcp', 'utf8').split('\n').filter((line) =>
        new RegExp(`^ *\\d+: \\S+:0*${at} \\S+ 01 `).test(line)).length;
}

test('who is slow holds a place at nginx, and none at the gateway',
    async () => {
        const before_them = gatewayConnections();
        const slow = await Promise.all(Array.from({length: 40}, () =>
            new Promise((resolve, reject) => {
                const socket = connect({port, host: '127.0.0.1',
                    servername: NAME, ca: readFileSync(`${dir}/cert.pem`)},
                () => {
                    socket.write('POST /v1/session HTTP/1.1\r\n' +
                        `Host: ${NAME}\r\nContent-Length: 900\r\n\r\n{`,
                    () => resolve(socket));
                });
                socket.on('error', reject);
            })));
        assert.equal((await curl('/v1/campaigns')).status, 200);
        assert.ok(gatewayConnections() <= before_them + 2);
        for (const socket of slow) socket.destroy();
    });

test('files are compressed, pages and answers are not', async () => {
    const gzip = ['-H', 'Accept-Encoding: gzip'];
    const file = await curl('/assets/muster.css', ...gzip);
    assert.match(file.head, /content-encoding: gzip/i);
    const page = await curl(`/c/${rig.campaign}`, ...gzip);
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.head, /content-encoding/i);
});

test('no address and no key of a person is in the logs', async () => {
    await curl('/t/0123456789ABCD');
    await curl('/u/secret-of-somebody');
    const log = () => readFileSync(`${dir}/muster.log`, 'utf8');
    await rig.until('it is logged', () => log().includes('/u/…'));
    assert.doesNotMatch(log(), /0123456789ABCD|secret|127\.0\.0/);
    for (const line of log().trim().split('\n')) JSON.parse(line);
});

test('with no gateway it says when to try again', async () => {
    await rig.kill('gateway.0');
    const answer = await curl('/v1/campaigns');
    assert.equal(answer.status, 503);
    assert.match(answer.head, /retry-after: 5/i);
    assert.equal(JSON.parse(answer.body).type, '/problems/unavailable');
});
