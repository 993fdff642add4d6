// rehearsal -- the command-line tool against the whole of Muster: seeds are
// loaded, the rehearsal adds up, and what is wrong is said and exits so.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readFileSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {startRig} from '../support/rig.mjs';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = process.env.MUSTER_BIN || join(TOP, 'build/bin');
const SEED = join(TOP, 'seeds/providers-unite');

let rig;

before(async () => {
    rig = await startRig({isEmpty: true, instances: {courier: 2}});
});

after(async () => {
    await rig?.stop();
});

// Resolves to {code, out, err}, whatever the exit status.
function muster(...words) {
    return new Promise((resolve) => {
        execFile(
            join(BIN, 'muster'),
            words,
            {env: {...process.env, MUSTER_CONFIG: rig.conf}},
            (error, out, err) =>
                resolve({code: error ? error.code : 0, out, err}),
        );
    });
}

const logins = () => readFileSync(rig.path('logins.txt'), 'utf8');

test('a seed folder is loaded once and loading again changes nothing', async () => {
    const first = await muster('load', SEED);
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /staff\.json +7 made, 0 there already/);
    const before_again = logins();
    assert.equal(before_again.trim().split('\n').length, 7);
    assert.equal(statSync(rig.path('logins.txt')).mode & 0o777, 0o600);

    const again = await muster('load', SEED);
    assert.equal(again.code, 0, again.err);
    assert.match(again.out, /staff\.json +0 made, 7 there already/);
    assert.equal(logins(), before_again);
    const list = await muster('broadcast', 'list', '--campaign', 'providers-unite');
    assert.equal(list.out.match(/^[^ ].*Ask your MP to come$/gm).length, 1);
});

test('every other seed is loaded too, with the words it brings', async () => {
    for (const name of ['care-worker-roundtables', 'home-first',
        'social-care-future']) {
        const run = await muster('load', join(TOP, 'seeds', name));
        assert.equal(run.code, 0, `${name}: ${run.err}`);
    }
});

test('what is on is listed for anyone', async () => {
    const campaigns = await muster('campaigns');
    assert.match(campaigns.out, /^providers-unite +Providers Unite$/m);
    const actions = await muster('actions', '--campaign', 'providers-unite');
    assert.match(actions.out, /^westminster-rally +2027-02-25T11:00/m);
    assert.match(actions.out, /^central-lobby .* 650$/m);
});

test('the rehearsal reconciles', async () => {
    const run = await muster('demo', '--fast', '--people', '300');
    assert.equal(run.code, 0, run.out + run.err);
    assert.match(run.out, /It all adds up\./);
    assert.match(run.out, /sign-ups answered .* 300 = 300 /);
    assert.match(run.out,
        /signed up = vouched \+ proved \+ not confirmed +299 = 299 /);
    assert.match(run.out, /not confirmed = those who said nothing +6 = 6 /);
    assert.match(run.out, /messages = people who came by themselves +30 = 30 /);
    assert.match(run.out, /expected = arrived \+ missing/);
    assert.match(run.out, /\/live\/providers-unite\/westminster-rally/);
    assert.doesNotMatch(run.out, /\bNO\b/);
});

test('a second rehearsal with the same regulars reconciles as well', async () => {
    const run = await muster('demo', '--fast', '--people', '1100');
    assert.equal(run.code, 0, run.out + run.err);
    assert.match(run.out,
        /supporters more than before = all but "Not me" +1099 = 1099 /);
});

test('a rehearsal of an action with many gates counts every one', async () => {
    const gates = Array.from({length: 200}, (_, i) => (
        {id: `gate-${i}`, name: `Gate ${i}`}));
    const [, password] = logins().match(/amara +(\S+)/);
    const {json} = await rig.call('POST', '/v1/session', {
        body: {campaign: 'providers-unite', login: 'amara', password},
    });
    const put = await rig.call('PUT',
        '/v1/campaigns/providers-unite/actions/wide', {
            token: json.token,
            body: {name: 'Wide', kind: 'rally', place: 'All round', gates,
                starts_at: '2030-09-28T10:30:00Z',
                ends_at: '2030-09-28T14:00:00Z'},
        });
    assert.equal(put.status, 200, put.text);
    const run = await muster('demo', '--fast', '--people', '1300',
        '--action', 'wide');
    assert.equal(run.code, 0, run.out + run.err);
    assert.match(run.out, /arrived by gate-199 = sent there/);
    assert.match(run.out, /It all adds up\./);
});

test('a rehearsal of the same people again says why nobody arrives', async () => {
    const words = ['demo', '--fast', '--people', '20', '--seed', '7'];
    const first = await muster(...words);
    assert.equal(first.code, 0, first.out + first.err);
    const run = await muster(...words);
    assert.equal(run.code, 0, run.out + run.err);
    assert.match(run.out, /all of them had signed up before/);
    assert.match(run.out, /arrived in all = people who came +0 = 0 /);
});

test('the numbers of the tool are those of the API', async () => {
    const [, organiser] = logins().match(/owen +(\S+)/);
    const session = await rig.call('POST', '/v1/session', {
        body: {campaign: 'providers-unite', login: 'owen', password: organiser},
    });
    const path =
        '/v1/campaigns/providers-unite/actions/westminster-rally/attendance';
    const api = await rig.call('GET', path, {token: session.json.token});
    const tool = await muster('attendance', '--campaign', 'providers-unite',
        'westminster-rally');
    const {inside, arrived, signed_up} = api.json;
    assert.equal(tool.out.split('\n')[0],
        `${inside} inside, ${arrived} arrived, ${signed_up} signed up`);
    assert.ok(inside > 0 && inside < arrived && arrived < signed_up);
});

test('who signs up again has a slip of its own, and is told nothing', async () => {
    const words = ['signup', '--campaign', 'providers-unite', '--name', 'A B',
        '--email', 'one@example.org', 'westminster-rally'];
    const outs = [];
    for (let i = 0; i < 2; i++) {
        const {code, out, err} = await muster(...words);
        assert.equal(code, 0, err);
        assert.match(out, /^westminster-rally +confirmed +http.*\/t\/\w{20}$/m);
        assert.match(out, /^to be confirmed by the link in an email$/m);
        outs.push(out);
    }
    assert.notEqual(outs[0], outs[1]);
});

test('what cannot be done is said in a sentence: 1 failed, 3 refused, 4 there ' +
    'is nobody', async () => {
    const to = ['--campaign', 'providers-unite'];
    const rows = [
        [1, ['load', '/nowhere'], /No such file/],
        [1, ['demo', '--fast', '--logins', '/nowhere'], /sign in/],
        [1, ['keys', 'make', '/nowhere', 'signup.0'], /no folder/],
        [3, ['actions', '--campaign', 'nobody'], /campaign/],
        [3, ['attendance', ...to, 'nothing'], /action/],
        [3, ['broadcast', 'start', 'none', ...to], /./],
        [3, ['signup', ...to, '--name', 'A'], /email/],
        [3, ['broadcast', 'list', ...to, '--token', 'no'], /./],
        [3, ['load', SEED, '--token', 'no'], /./],
        [4, ['campaigns', '--url', 'http://127.0.0.1:1'], /does not answer/],
    ];
    for (const [code, words, why] of rows) {
        const run = await muster(...words);
        assert.equal(run.code, code,
            `${words.join(' ')}: ${run.out}${run.err}`);
        assert.match(run.err, why, words.join(' '));
        assert.match(run.err, /^muster: /, words.join(' '));
    }
});

test('wrong words exit with 2 and every word has its help', async () => {
    for (const words of [['nothing'], ['load'], ['load', 'a', 'b'],
        ['demo', '--people', 'many'], ['campaigns', '--no-such'],
        ['broadcast', 'sing', '--campaign', 'x']]) {
        const run = await muster(...words);
        assert.equal(run.code, 2, words.join(' '));
        assert.notEqual(run.err, '', words.join(' '));
    }
    const help = await muster('help');
    for (const [, word] of help.out.matchAll(/^ {2}(\w+) /gm)) {
        const run = await muster(word, '--help');
        assert.equal(run.code, 0, word);
        assert.match(run.out, /^usage: muster /, word);
    }
});
