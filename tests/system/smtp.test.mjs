// smtp -- a courier hands mails to a real SMTP server, and a real reader of
// mail reads them.
import test from 'node:test';
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {SMTPServer} from 'smtp-server';
import {simpleParser} from 'mailparser';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BUILD = process.env.MUSTER_BIN
    ? dirname(process.env.MUSTER_BIN) : join(TOP, 'build');
const run = promisify(execFile);

// Listens on any free port; mails is what it took, envelope and parsed mail.
async function startServer(t, options = {}) {
    const mails = [];
    const server = new SMTPServer({
        disabledCommands: ['STARTTLS', ...options.disabled ?? ['AUTH']],
        allowInsecureAuth: true,
        logger: false,
        ...options,
        onData(stream, session, done) {
            const chunks = [];
            stream.on('data', (chunk) => chunks.push(chunk));
            stream.on('end', async () => {
                const raw = Buffer.concat(chunks);
                mails.push({
                    envelope: session.envelope, raw: raw.toString('latin1'),
                    mail: await simpleParser(raw),
                });
                done(options.onMail?.(session.envelope) ?? null);
            });
        },
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => new Promise((resolve) => server.close(resolve)));
    return {port: server.server.address().port, mails};
}

async function play(route, kind, count) {
    const {stdout} = await run(join(BUILD, 'tests/courier_play'),
        [`[route.to]\nchannel = email\nprovider = smtp\n${route}`, 'email',
            kind, String(count)],
        {env: {...process.env, MUSTER_BIN: join(BUILD, 'bin')}});
    return JSON.parse(stdout.trim().split('\n').at(-1));
}

function refuse(code, message) {
    return Object.assign(new Error(message), {responseCode: code});
}

test('each recipient gets one mail, whole, over few connections', async (t) => {
    const seen = new Set();
    const {port, mails} = await startServer(t, {
        onConnect(session, done) {
            seen.add(session.id);
            done();
        },
    });
    const got = await play(
        `url = smtp://127.0.0.1:${port}\nconcurrency = 4`, 'service', 40);
    assert.equal(got.accepted, 40);
    assert.equal(mails.length, 40);
    assert.ok(seen.size <= 4, `${seen.size} connections`);
    const to = mails.map((m) => m.envelope.rcptTo[0].address).sort();
    assert.deepEqual(to,
        Array.from({length: 40}, (_, i) => `p${i}@example.org`).sort());
});

test('a mail reads as it was written', async (t) => {
    const {port, mails} = await startServer(t);
    await play(`url = smtp://127.0.0.1:${port}`, 'campaign', 1);
    const [{envelope, mail, raw}] = mails;
    assert.equal(envelope.mailFrom.address, 'us@example.org');
    assert.equal(mail.from.value[0].name, 'Tŷ Rali');
    assert.equal(mail.from.value[0].address, 'us@example.org');
    assert.equal(mail.to.value[0].address, 'p0@example.org');
    assert.equal(mail.subject, 'Yr orymdaith ŷ P0');
    assert.equal(mail.text, 'Dear Person 0,\n\n.a line that begins with a ' +
        'dot\nat Old Palace Yard ŵ');
    assert.equal(mail.html.trim(), '<p>Dear Person 0 ŵ</p>');
    assert.match(mail.messageId, /^<rally\.b1\.0\.e\.[\w-]{11}@example\.org>$/);
    assert.ok(Math.abs(mail.date - Date.now()) < 60_000);
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
    const list = mail.headers.get('list');
    assert.match(list.unsubscribe.url, /^http:\/\/here\/u\/[\w-]{22}$/);
    assert.match(raw, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    assert.doesNotMatch(raw, /[^\r]\n/);
    assert.ok(raw.split('\r\n').every((line) => line.length <= 76));
});

test('a service mail has no list headers', async (t) => {
    const {port, mails} = await startServer(t);
    await play(`url = smtp://127.0.0.1:${port}`, 'service', 1);
    assert.doesNotMatch(mails[0].raw, /^List-/m);
});

test('one bad recipient fails alone, for good or for now', async (t) => {
    const {port, mails} = await startServer(t, {
        onRcptTo(address, session, done) {
            done(address.address === 'p1@example.org' ? refuse(550, 'nobody')
                : address.address === 'p2@example.org' ? refuse(451, 'later')
                    : undefined);
        },
    });
    const got = await play(`url = smtp://127.0.0.1:${port}`, 'service', 4);
    assert.deepEqual([got.accepted, got.failed, got.deferred, got.in_doubt],
        [2, 1, 1, 0]);
    assert.equal(got.reasons[1], 'status-550');
    assert.equal(got.reasons[2], 'status-451');
    assert.equal(mails.length, 2);
});

test('a mail refused after it was read is failed, not in doubt', async (t) => {
    const {port} = await startServer(t, {onMail: () => refuse(554, 'spam')});
    const got = await play(`url = smtp://127.0.0.1:${port}`, 'service', 3);
    assert.equal(got.failed, 3);
    assert.equal(got.reasons[0], 'status-554');
});

test('a password is not sent without TLS', async (t) => {
    let asked = 0;
    const {port, mails} = await startServer(t, {
        disabled: [],
        onAuth(auth, session, done) {
            asked++;
            done(null, {user: auth.username});
        },
    });
    const got = await play(`url = smtp://127.0.0.1:${port}\nuser = us\n` +
        'password = secret', 'service', 1);
    assert.equal(got.deferred, 1);
    assert.equal(got.reasons[0], 'unreachable');
    assert.equal(asked, 0);
    assert.equal(mails.length, 0);
});
