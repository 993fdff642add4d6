// roles -- each route × each role: who is not in the row does not get in.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {startRig} from '../support/rig.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const BIN = process.env.MUSTER_BIN || join(TOP, 'build', 'bin');
const ROLES = ['admin', 'organiser', 'approver', 'coordinator', 'steward'];
const IDS = {
    a: 'rally',
    b: 'b99',
    n: '4000000',
    gate: 'north',
    code: '00000000000000',
    token: 'AAAAAAAAAAAAAAAAAAAA',
    'file*': 'none.css',
};
let rig, c, strangers, rows;

async function tokenOf(campaign, name, role, more = {}) {
    const path = `/v1/campaigns/${campaign}/tokens`;
    return (
        await rig.must(201, 'POST', path, {
            token: rig.tokens.bootstrap,
            body: {name, role, ...more},
        })
    ).token;
}

before(async () => {
    rig = await startRig();
    c = `/v1/campaigns/${rig.campaign}`;
    await rig.must(200, 'PUT', '/v1/campaigns/other', {
        token: rig.tokens.bootstrap,
        body: {name: 'Other'},
    });
    strangers = {
        expired: await tokenOf(rig.campaign, 'old', 'admin', {
            expires_at: '2020-01-01T00:00:00Z',
        }),
        elsewhere: await tokenOf('other', 'other', 'admin'),
    };
    const command = join(BIN, 'muster-gateway');
    rows = execFileSync(command, ['--routes'], {encoding: 'utf8'})
        .trim()
        .split('\n')
        .map((line) => {
            const [method, path, roles, act, scope] = line.split(' ');
            return {method, path, roles: roles.split(','), act, scope};
        });
});

after(() => rig && rig.stop());

/** The status alone: a stream is left at once. */
async function status(row, token) {
    const stop = new AbortController();
    let path = row.path
        .replace('{c}', rig.campaign)
        .replace(/{([^}]+)}/g, (_, id) => IDS[id]);
    if (['/console', '/outbox'].includes(path)) path += `?c=${rig.campaign}`;
    const headers = token ? {Authorization: `Bearer ${token}`} : {};
    const hasBody = ['POST', 'PUT'].includes(row.method);
    if (hasBody) headers['Content-Type'] = 'application/json';
    const answer = await fetch(rig.base + path, {
        method: row.method,
        headers,
        body: hasBody ? '{}' : undefined,
        redirect: 'manual',
        signal: stop.signal,
    });
    const to = answer.headers.get('location') || '';
    stop.abort();
    return to.startsWith('/login?') ? 401 : answer.status;
}

const SCOPES = ['open', 'self', 'campaign', 'action', 'gate'];
const isAboutCampaign = ({scope}) => !['open', 'self'].includes(scope);

test('there are rows, and every one names who may, of what', () => {
    assert.ok(rows.length > 40);
    for (const {path, roles, scope} of rows) {
        assert.ok(roles.length > 0, path);
        assert.ok(SCOPES.includes(scope), `${path}: ${scope}`);
        const named = {c: 'campaign', a: 'action', gate: 'gate'};
        for (const [id, what] of Object.entries(named))
            if (path.includes(`{${id}}`))
                assert.ok(SCOPES.indexOf(scope) >= SCOPES.indexOf(what), path);
        for (const role of roles)
            assert.ok([...ROLES, 'public'].includes(role), `${path}: ${role}`);
    }
});

test('nobody gets in where a role is needed', async () => {
    for (const row of rows.filter((r) => !r.roles.includes('public')))
        for (const token of [undefined, strangers.expired])
            assert.equal(await status(row, token), 401, JSON.stringify(row));
});

test('each role gets in where it is named, and nowhere else', async () => {
    for (const row of rows.filter((r) => !r.roles.includes('public')))
        for (const role of ROLES) {
            const name = `x${rig.freshId().slice(-6)}`;
            const isEnd = row.method === 'DELETE'; // it ends the token
            const token = isEnd
                ? await tokenOf(rig.campaign, name, role)
                : rig.tokens[role];
            const got = await status(row, token);
            const what = `${role}: ${JSON.stringify(row)}: ${got}`;
            if (row.roles.includes(role))
                assert.ok(![401, 403].includes(got), what);
            else assert.equal(got, 403, what);
        }
});

test("an admin of another campaign gets in nowhere in this one", async () => {
    for (const row of rows.filter(
        (r) => !r.roles.includes('public') && isAboutCampaign(r),
    ))
        assert.equal(
            await status(row, strangers.elsewhere),
            403,
            JSON.stringify(row),
        );
});

test('what is asked in a query does not choose the campaign of an act', async () => {
    // It was written into the audit log of whatever campaign ?c= named.
    const headOf = () => rig.redis('GET', '{other}:gw:audit-head');
    const before = await headOf();
    const {login, password} = rig.staff.approver;
    const body = {campaign: rig.campaign, login, password};
    const session = await rig.call('POST', '/v1/session?c=other', {body});
    assert.equal(session.status, 200);
    const {token} = session.json;
    const end = await rig.call('DELETE', '/v1/session?c=other', {token});
    assert.equal(end.status, 200);
    assert.equal(await headOf(), before);
});

test('what is public needs nobody', async () => {
    for (const row of rows.filter((r) => r.roles.includes('public')))
        assert.ok(
            ![401, 403].includes(await status(row)),
            JSON.stringify(row),
        );
});

test('a session opens with the password and ends with its end', async () => {
    const {login, password} = rig.staff.approver;
    const body = {campaign: rig.campaign, login, password};
    const session = await rig.call('POST', '/v1/session', {body});
    assert.equal(session.status, 200);
    const {token, staff} = session.json;
    assert.equal(staff.role, 'approver');
    const Cookie = session.headers.get('set-cookie').split(';')[0];
    const who = await rig.call('GET', '/v1/session', {headers: {Cookie}});
    assert.deepEqual(who.json.staff, staff);
    const headers = {Cookie, 'Sec-Fetch-Site': 'same-origin'};
    const end = await rig.call('DELETE', '/v1/session', {headers});
    assert.equal(end.status, 200, end.text);
    assert.match(end.headers.get('set-cookie'), /Max-Age=0/);
    for (const options of [{token}, {headers: {Cookie}}])
        assert.equal(
            (await rig.call('GET', '/v1/session', options)).status,
            401,
        );
});

test('neither tokens nor passwords are kept as they are', async () => {
    const dump = await rig.redis(
        'EVAL',
        `local all = {}
         for _, k in ipairs(redis.call('KEYS', '*:gw:*')) do
             if redis.call('TYPE', k).ok == 'hash' then
                 for _, v in ipairs(redis.call('HGETALL', k)) do
                     all[#all + 1] = v
                 end
             end
         end
         return table.concat(all, '|')`,
        '0',
    );
    assert.ok(dump.includes('$argon2id$'));
    for (const token of Object.values(rig.tokens))
        assert.ok(!dump.includes(token.split('.')[1]));
    assert.ok(!dump.includes(rig.staff.admin.password));
});
